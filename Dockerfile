# Triphammer as an image:  docker build -t triphammer .
# BASE may name any image of Debian 12 that is at hand. Jobs with `runs-on: host` need a sandbox that a
# container gives to root alone: deploy/compose/host-steps.yml; or map labels to docker:IMAGE (runs_on).
ARG BASE=debian:12-slim

# Of Debian's git what transfers need: the package would bring perl and more.
FROM ${BASE} AS git
WORKDIR /git
RUN apt-get update && apt-get download git && dpkg-deb -x git_*.deb . \
    && mkdir -p out/bin out/lib/git-core \
    && cp usr/bin/git out/bin/ && cp -P usr/lib/git-core/git-remote-http usr/lib/git-core/git-remote-https out/lib/git-core/

# All that is not our own program.
FROM ${BASE} AS runtime
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates openssh-client libcurl3-gnutls libgit2-1.5 libsimdjson14 libsqlite3-0 libssl3 \
        libyaml-cpp0.7 libzstd1 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/debconf /var/log/* /usr/share/doc /usr/share/man \
    && groupadd --system --gid 7707 triphammer \
    && useradd --system --uid 7707 --gid triphammer --home-dir /data --shell /usr/sbin/nologin triphammer \
    && install -d -o triphammer -g triphammer -m 0700 /data /run/triphammer
COPY --from=git /git/out /usr
COPY LICENSE NOTICE /usr/share/doc/triphammer/
COPY deploy/container/keep-launcher /usr/lib/triphammer/
# What is published is chosen outside: inside it listens to all, and 172.16.0.0/12 is the engine's side.
ENV TRIPHAMMER_DATA=/data TRIPHAMMER_RUN=/run/triphammer \
    TRIPHAMMER_LISTEN=0.0.0.0:7707 TRIPHAMMER_TRUSTED_PROXIES=172.16.0.0/12 \
    TRIPHAMMER_PUBLIC_URL=http://localhost:7707
USER triphammer
VOLUME ["/data", "/run/triphammer"]
EXPOSE 7707
ENTRYPOINT ["/usr/bin/triphammer"]
CMD ["serve"]

FROM ${BASE} AS build
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        g++ cmake ninja-build pkg-config libboost1.81-dev libsqlite3-dev libssl-dev libgit2-dev \
        libyaml-cpp-dev nlohmann-json3-dev libsimdjson-dev libzstd-dev libexpat1-dev zstd nodejs npm ca-certificates
WORKDIR /source
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY migrations migrations
COPY pipelines pipelines
COPY web web
COPY server server
RUN cmake --preset release -DTRIPHAMMER_TESTS=OFF \
    && cmake --build --preset release --target triphammer && strip build/release/triphammer

FROM runtime
COPY --from=build /source/build/release/triphammer /usr/bin/triphammer
