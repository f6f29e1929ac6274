# One image for the API, the workers and the migration job; docker-compose.yml chooses the program.
FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# No package of the production set needs its install script.
RUN npm ci --omit=dev --ignore-scripts

FROM node:24.21.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules ./node_modules
COPY package.json ./
COPY src ./src
COPY temporal ./temporal
RUN mkdir -p /var/lib/chorally/media /var/lib/chorally/departures && chown node:node /var/lib/chorally/*
USER node
VOLUME /var/lib/chorally/media
EXPOSE 7300 7340
CMD ["node", "src/bin/api.ts"]
