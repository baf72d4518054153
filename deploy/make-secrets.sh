#!/bin/sh
# Makes the secrets that docker-compose.yml reads, once: what is there already stays. See docs/deployment.md.
#
#   deploy/make-secrets.sh [FOLDER]        FOLDER: deploy/secrets
set -eu

folder=${1:-$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)/secrets}

# Containers read a mounted file by its own mode and as another account: files are readable, and the folder, which they
# do not pass through, is closed to everybody else on this machine.
mkdir -p -- "$folder"
chmod 700 -- "$folder"
umask 022

random_hex() {
  od -An -N32 -tx1 /dev/urandom | tr -d ' \n'
}

# make NAME TEXT
make() {
  if [ -e "$folder/$1" ]; then
    echo "kept  $1"
  else
    printf '%s\n' "$2" >"$folder/$1"
    echo "made  $1"
  fi
}

# 32 bytes each, as hexadecimal digits, which need no escaping in a URL.
for name in admin_key encryption_key postgres_password redis_password nats_password; do
  make "$name" "$(random_hex)"
done
make database_url "postgresql://newsrelay:$(cat "$folder/postgres_password")@postgres:5432/newsrelay"
make redis_url "redis://:$(cat "$folder/redis_password")@redis:6379"
make nats_url "nats://newsrelay:$(cat "$folder/nats_password")@nats:4222"
make nats_auth.conf "user: newsrelay, password: \"$(cat "$folder/nats_password")\""
