# syntax=docker/dockerfile:1
# The tag names one version of Python and of Debian. To pin the very bytes, append the digest that
#   docker buildx imagetools inspect python:3.11.17-slim-bookworm --format '{{.Manifest.Digest}}'
# prints: --build-arg PYTHON=3.11.17-slim-bookworm@sha256:...
ARG PYTHON=3.11.17-slim-bookworm

FROM python:${PYTHON} AS build
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
ARG EXTRAS=llm,mcp,otel
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY constraints.txt ./
# The environment has no pip of its own: nothing is installed at run time. The CPU build of torch is on an
# index of its own, which serves nothing else here.
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m venv --without-pip /opt/assistant \
    && pip --python /opt/assistant install --no-deps --index-url "${TORCH_INDEX}" \
       --constraint constraints.txt torch \
    && pip install --constraint constraints.txt build hatchling
COPY pyproject.toml README.md LICENSE sbom.cdx.json ./
COPY assistant assistant
COPY web web
RUN --mount=type=cache,target=/root/.cache/pip \
    python -m build --wheel --no-isolation --outdir dist \
    && pip --python /opt/assistant install --constraint constraints.txt "$(echo dist/*.whl)[${EXTRAS}]"

FROM python:${PYTHON}
LABEL org.opencontainers.image.title="assistant" \
      org.opencontainers.image.description="Ask documents a question and get an answer that can be checked" \
      org.opencontainers.image.licenses="MIT"
RUN groupadd --gid 10001 assistant \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin assistant \
    && install --directory --owner=assistant --group=assistant /data/corpus /data/indexes /data/feedback
COPY --from=build /opt/assistant /opt/assistant
# Only /data and /tmp are written to.
ENV PATH=/opt/assistant/bin:${PATH} \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HOME=/tmp MPLCONFIGDIR=/tmp/matplotlib HF_HUB_OFFLINE=1 \
    ASSISTANT_CORPUS=/data/corpus ASSISTANT_INDEXES=/data/indexes ASSISTANT_FEEDBACK=/data/feedback \
    ASSISTANT_HOST=0.0.0.0 ASSISTANT_PORT=8000 ASSISTANT_LOG=json
USER 10001:10001
WORKDIR /data
VOLUME ["/data/corpus", "/data/indexes", "/data/feedback"]
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=2s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"ASSISTANT_PORT\"]}/livez', timeout=4)"]
ENTRYPOINT ["assistant"]
CMD ["serve"]
