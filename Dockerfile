# Weir in a container. The image that stands last is for clusters, beside a ClickHouse server; the one
# before it (`--target embedded`) holds ClickHouse, too, and needs nothing beside it.
ARG NODE=node:24.21.0-bookworm-slim

FROM ${NODE} AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Native parts come ready-made as packages of their own, so no install script needs to run.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 # The image has a Node of its own.
 && rm -rf node_modules/node node_modules/node-bin-* node_modules/.bin/node

FROM dependencies AS cluster-dependencies
RUN rm -rf node_modules/@chdb

# The console is built with tools of developers, of which nothing but its files goes on.
FROM ${NODE} AS console
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run console

FROM ${NODE} AS base
ENV NODE_ENV=production \
    WEIR_HOST=0.0.0.0 \
    WEIR_DATA_DIR=/data
WORKDIR /app
# Belongs to root, and is read by a user who may write nothing but /data.
COPY . .
RUN rm -rf dashboards/console && install -d -m 0700 -o 10001 -g 10001 /data
COPY --from=console /app/dashboards/console/dist ./dashboards/console/dist
USER 10001:10001
VOLUME /data
EXPOSE 8787
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.WEIR_PORT ?? 8787}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "weir.ts"]
CMD ["start"]

FROM base AS embedded
COPY --from=dependencies /app/node_modules ./node_modules

FROM base AS cluster
COPY --from=cluster-dependencies /app/node_modules ./node_modules
