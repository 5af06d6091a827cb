# May run more than once.
execute <<~SQL
  INSERT INTO instances (id, title) VALUES (1, 'A sample instance') ON CONFLICT DO NOTHING
SQL
execute <<~SQL
  INSERT INTO notes (id, body, key) VALUES (1, 'Hello from a seed', 'first') ON CONFLICT DO NOTHING
SQL
execute <<~SQL
  SELECT setval('notes_id_seq', greatest(nextval('notes_id_seq'), (SELECT max(id) FROM notes)))
SQL
