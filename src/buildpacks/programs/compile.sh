# Sources the `export` files of earlier buildpacks, then becomes a compile step:
# compile.sh PROGRAM BUILD_DIR CACHE_DIR ENV_DIR [EXPORT…]
for file in "${@:5}"; do
  if [ -f "$file" ]; then . "$file"; fi
done
exec "$1" "$2" "$3" "$4"
