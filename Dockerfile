# One image for every role: `db upgrade`, `serve` and `worker`. Nothing is downloaded when it runs.
FROM python:3.12-slim
WORKDIR /srv/preceptor
RUN useradd --system --create-home preceptor
COPY requirements.lock pyproject.toml README.md ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock
COPY content content
COPY bot bot
COPY jobs jobs
COPY adapters adapters
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . && chown -R preceptor .
USER preceptor
ENV PYTHONUNBUFFERED=1
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ.get('PORT', '8000')}/healthz\", timeout=4)"]
CMD ["preceptor", "serve"]
