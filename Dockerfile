# syntax=docker/dockerfile:1
FROM node:20.20-bookworm-slim AS build
WORKDIR /patron
COPY package.json package-lock.json .npmrc ./
RUN npm install --global npm@11.19.1 && npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:20.20-bookworm-slim
# Whoever listens beyond its own container says so here; the command line listens on 127.0.0.1 by default.
ENV NODE_ENV=production \
    PATRON_HOST=0.0.0.0 \
    PATRON_PORT=4600 \
    PATRON_DATA=/var/lib/patron/data \
    PATRON_KEYS=/var/lib/patron/keys
WORKDIR /patron
COPY --from=build /patron/package.json ./
COPY --from=build /patron/bin ./bin
COPY --from=build /patron/dist ./dist
COPY --from=build /patron/docs/mappings ./docs/mappings
COPY --from=build /patron/node_modules ./node_modules
# Keys lie apart from the data, so that a copy of the data volume opens nothing.
RUN mkdir -p /var/lib/patron/data /var/lib/patron/keys && chown -R node:node /var/lib/patron && chmod 700 /var/lib/patron/*
USER node
VOLUME ["/var/lib/patron/data", "/var/lib/patron/keys"]
EXPOSE 4600
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + process.env.PATRON_PORT + '/health/live').then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/patron.js"]
CMD ["serve"]
