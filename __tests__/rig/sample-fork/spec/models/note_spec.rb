# A spec that .slugignore keeps out of the slug
