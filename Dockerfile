# Every endpoint in one container, as docs/hosts.md has it. Nothing here is needed to develop.
FROM python:3.13-slim AS packages
WORKDIR /build
COPY requirements.lock ./
COPY deploy/__init__.py deploy/errors.py deploy/lock.py deploy/
# Of the lock, which is the tests' too, what requirements.txt asks for; pip checks each hash.
RUN python -c "from deploy.lock import deployed; print(deployed(open('requirements.lock').read()))" \
      > deployed.txt \
 && python -m venv /venv \
 && /venv/bin/pip install --quiet --no-cache-dir --disable-pip-version-check \
      --no-deps --only-binary :all: --require-hashes -r deployed.txt \
 && /venv/bin/pip uninstall --quiet --yes pip

FROM python:3.13-slim
COPY --from=packages /venv /venv
WORKDIR /app
COPY app.py ./
COPY common common
COPY functions functions
# Nobody may write here once it runs.
RUN python -m compileall -q .
USER 10001:10001
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ.get(\"PORT\", 8000)}/api/health', timeout=4)"]
# Hosts say by PORT where they look. A proxy keeps idle connections for 60 s, so we keep them longer;
# Docker kills 10 s after it has asked to stop.
CMD ["sh", "-c", "exec uvicorn app:app --host 0.0.0.0 --port ${PORT:-8000} --no-access-log --no-server-header --timeout-keep-alive 75 --timeout-graceful-shutdown 9"]
