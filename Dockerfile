# Triphammer as an image: `docker build -t triphammer .`
# BASE may name any Debian 12 image that is at hand.
ARG BASE=debian:12-slim

FROM ${BASE} AS build
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        g++ cmake ninja-build pkg-config libboost1.81-dev libsqlite3-dev libssl-dev libgit2-dev \
        libyaml-cpp-dev nlohmann-json3-dev libsimdjson-dev libzstd-dev nodejs npm ca-certificates
WORKDIR /source
COPY . .
RUN cmake --preset release -DTRIPHAMMER_TESTS=OFF && cmake --build --preset release --target triphammer \
    && strip build/release/triphammer

FROM ${BASE}
RUN apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        git ca-certificates libgit2-1.5 libsqlite3-0 libssl3 libyaml-cpp0.7 libsimdjson14 libzstd1 bubblewrap \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 7707 --home-dir /data --shell /usr/sbin/nologin triphammer \
    && install -d -o triphammer -g triphammer -m 0700 /data \
    && install -d -o triphammer -g triphammer -m 0750 /run/triphammer
COPY --from=build /source/build/release/triphammer /usr/bin/triphammer
COPY LICENSE NOTICE /usr/share/doc/triphammer/
USER triphammer
VOLUME ["/data", "/run/triphammer"]
EXPOSE 7707
ENTRYPOINT ["/usr/bin/triphammer"]
CMD ["serve", "--data", "/data"]
