# The bot as an image: what the hash-pinned lock file names, a user without rights, nothing to write but /state and /tmp.
# One image for everything: `run`, `migrate`, `publish`, … are its commands.
ARG PYTHON=3.13
FROM python:${PYTHON}-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
# Every wheel of the lock file, checked against its hashes. What follows installs from these alone, and of them only what
# the bot needs to run: tests and linters, which the lock file names too, stay behind in this stage.
COPY requirements.lock ./
RUN pip download --quiet --require-hashes --only-binary :all: --dest /wheels --requirement requirements.lock
ENV PIP_NO_INDEX=1 PIP_FIND_LINKS=/wheels
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
COPY data data
COPY locales locales
# hadolint ignore=DL3013 # the folder of wheels holds one version of each
RUN pip wheel --quiet --no-deps --wheel-dir /wheels . \
    && python -m venv --without-pip /app \
    && pip --python /app/bin/python install --quiet embassy-finder

FROM python:${PYTHON}-slim
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="embassy-finder" \
      org.opencontainers.image.description="A Telegram bot that finds a country's embassy in Russia." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
RUN groupadd --gid 10001 bot \
    && useradd --uid 10001 --gid bot --home-dir /state --no-create-home --shell /usr/sbin/nologin bot \
    && install --directory --owner=bot --group=bot --mode=0700 /state
COPY --from=build /app /app
COPY deploy/healthcheck.py deploy/backup.py /app/
ENV PATH=/app/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    BOT_STATE_DIR=/state \
    BOT_LOG_FORMAT=json
WORKDIR /app
USER 10001:10001
EXPOSE 8080
# That the process works, not that the database or Telegram do: whoever restarts what is unhealthy must not restart every
# replica because the database is away. docker-compose.yml asks /readyz, since Compose restarts nothing for its answer.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "/app/healthcheck.py", "http://127.0.0.1:8080/healthz"]
ENTRYPOINT ["embassy-bot"]
CMD ["run"]
