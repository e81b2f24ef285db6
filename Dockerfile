# The bot as a small image: dependencies from the hash-pinned lock file, a user without rights, nothing to write but /state.
FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv .venv && .venv/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY bot bot
COPY data data
COPY locales locales
RUN .venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation --editable .

FROM python:3.13-slim
RUN useradd --system --create-home --home-dir /state bot
COPY --from=build /app /app
WORKDIR /app
USER bot
ENV BOT_STATE_DIR=/state BOT_LOG_FORMAT=json
VOLUME /state
ENTRYPOINT ["/app/.venv/bin/python", "-m", "bot"]
CMD ["run"]
