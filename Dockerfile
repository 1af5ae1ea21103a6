# The app in a container: no secret and no data in it; settings come from the environment.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 DATA_DIR=/data

RUN useradd --create-home --uid 10001 interview \
    && mkdir /data \
    && chown interview:interview /data
WORKDIR /app

# Before the code, so that a change of ours installs nothing again. Every package by its hash: only what was
# looked at when it was locked.
COPY requirements-run.lock ./
RUN pip install --require-hashes --requirement requirements-run.lock

# Named one by one: nothing else of this folder can end up in an image.
COPY app.py ./
COPY pages ./pages
COPY services ./services
COPY static ./static
COPY .streamlit/config.toml ./.streamlit/config.toml

USER interview
VOLUME /data
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/api/health', timeout=4)"]
CMD ["streamlit", "run", "app.py", "--server.address=0.0.0.0", "--server.port=8501"]
