# syntax=docker/dockerfile:1
#
# One image a service:  docker build --target ingest -t newsrelay/ingest .
# Targets: ingest, transform, publish, feeds, console, migrate. See docs/deployment.md.

# By its line and neither by a patch nor by a digest: building again is how the fixes of Node and Debian come in. Whoever has to
# make the same bytes twice names one: --build-arg NODE_IMAGE=node:24-bookworm-slim@sha256:…
ARG NODE_IMAGE=node:24-bookworm-slim

# ---------------------------------------------------------------- the build, of all services at once

FROM ${NODE_IMAGE} AS build
WORKDIR /src
COPY . .
# Optional packages are needed here: bundlers bring their programs by them.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --include=dev --include=optional
RUN npm run build

# ---------------------------------------------------------------- what each service needs of it

FROM build AS assembled-ingest
RUN --mount=type=cache,target=/root/.npm node deploy/docker/assemble.mjs ingest /out
FROM build AS assembled-transform
RUN --mount=type=cache,target=/root/.npm node deploy/docker/assemble.mjs transform /out
FROM build AS assembled-publish
RUN --mount=type=cache,target=/root/.npm node deploy/docker/assemble.mjs publish /out
FROM build AS assembled-feeds
RUN --mount=type=cache,target=/root/.npm node deploy/docker/assemble.mjs feeds /out
FROM build AS assembled-console
RUN --mount=type=cache,target=/root/.npm node deploy/docker/assemble.mjs console /out
FROM build AS assembled-migrate
RUN --mount=type=cache,target=/root/.npm node deploy/docker/assemble.mjs migrate /out

# ---------------------------------------------------------------- what all images share

FROM ${NODE_IMAGE} AS runtime
# npm and its like are of no use to a service, and are what scanners find most in.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
  /opt/yarn* /usr/local/bin/yarn /usr/local/bin/yarnpkg
WORKDIR /app
# Nothing is written to: the file system may be read-only.
ENV NODE_ENV=production
# The account of the Node image, by number, so that Kubernetes can see that it is not root.
USER 1000:1000

# Of the long-running services.
FROM runtime AS service
ENV NEWSRELAY_PORT=8080 NEWSRELAY_BIND=0.0.0.0
EXPOSE 8080
COPY --from=build /src/deploy/docker/healthcheck.mjs /app/healthcheck.mjs
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "/app/healthcheck.mjs"]
# Node gets the signals itself: SIGTERM finishes what is under way, within 30 seconds. As process 1 it hears none while it
# still loads its code, under a second: Compose puts an init before it, and Kubernetes waits five seconds (preStop).
STOPSIGNAL SIGTERM

# ---------------------------------------------------------------- the images

FROM service AS ingest
COPY --from=assembled-ingest /out /app
CMD ["node", "apps/ingest/dist/main.js"]

FROM service AS transform
COPY --from=assembled-transform /out /app
CMD ["node", "apps/transform/dist/main.js"]

FROM service AS publish
COPY --from=assembled-publish /out /app
CMD ["node", "apps/publish/dist/main.js"]

FROM service AS feeds
COPY --from=assembled-feeds /out /app
CMD ["node", "apps/feeds/dist/main.js"]

FROM service AS console
COPY --from=assembled-console /out /app
CMD ["node", "apps/console/dist/main.js"]

FROM runtime AS migrate
COPY --from=assembled-migrate /out /app
CMD ["node", "apps/migrate/dist/main.js"]
