# The toolkit in an image: Debian slim, the locked versions, an ordinary user. docs/ci.md
#   docker build -t acceptance .
#   docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" acceptance run plan.toml -o out
FROM debian:13-slim

COPY . /opt/source
RUN apt-get update \
 && /opt/source/scripts/install /opt/acceptance \
 && rm -rf /opt/source /var/lib/apt/lists/* \
 && useradd --create-home acceptance

ENV PATH=/opt/acceptance/bin:$PATH PYTHONUNBUFFERED=1 HOME=/tmp
USER acceptance
WORKDIR /work
ENTRYPOINT ["acceptance"]
CMD ["--help"]
