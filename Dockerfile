# One image for every service: compose and Kubernetes choose the service by its command.

FROM node:24-bookworm-slim AS build
WORKDIR /app
# The CPU build of the ONNX runtime is complete without its install script, which would fetch CUDA files.
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY libs libs
COPY apps apps
COPY examples examples
RUN npx tsc -p tsconfig.build.json

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
ENV ONNXRUNTIME_NODE_INSTALL=skip
COPY package.json package-lock.json .npmrc ./
# What other platforms need of the ONNX runtime is 250 MB of the image.
RUN npm ci --omit=dev --ignore-scripts \
 && find node_modules/onnxruntime-node/bin -mindepth 2 -maxdepth 2 ! -name linux -exec rm -rf {} + \
 && find node_modules/onnxruntime-node/bin/napi-*/linux -mindepth 1 -maxdepth 1 ! -name "$(node -p process.arch)" -exec rm -rf {} +

FROM node:24-bookworm-slim
WORKDIR /app
# The small nursery saves each service about 40 MB.
ENV NODE_ENV=production HOST=0.0.0.0 NODE_OPTIONS=--max-semi-space-size=4
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY bin bin
# The folder of a volume that is mounted there takes over its owner.
RUN mkdir -p /var/lib/understudy/artifacts && chown -R node:node /var/lib/understudy
USER node
CMD ["node", "dist/apps/ingress/src/main.js"]
