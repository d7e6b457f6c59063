#include "docker/dockerfile.hpp"

#include <gtest/gtest.h>

using namespace triphammer::docker;

TEST(Dockerfile, OfAnyBuilderNeedsNothing) {
    const auto facts = read_dockerfile(
        "# a comment\nARG BASE=x\nFROM alpine:3 AS build\nRUN make \\\n # between\n    all\n"
        "FROM ${BASE}\nCOPY --from=build /a /a\nCOPY --from=nginx:1 /b /b\nADD rootfs.tar.gz /\n"
    );

    EXPECT_EQ(facts.buildkit_word, "");
    EXPECT_EQ(facts.fetch_word, "");
    EXPECT_TRUE(facts.has_run);
    EXPECT_EQ(facts.bases, (std::vector<std::string>{"alpine:3", "nginx:1"}));
}

TEST(Dockerfile, SaysWhichBasesItsTextDoesNotTell) {
    const auto unsure = [](std::string_view text) { return read_dockerfile(text).unsure_base; };

    EXPECT_EQ(unsure("FROM alpine:3@sha256:ab AS a\nCOPY --from=a --chown=1:1 /x \"/y z\"\n"), "");
    EXPECT_EQ(unsure("ARG B\nFROM ${B}\n"), "line 2: FROM ${B}");
    EXPECT_EQ(unsure("FROM pri\\vate\n"), "line 1: FROM pri\\vate");
    EXPECT_EQ(unsure("FROM 'private'\n"), "line 1: FROM 'private'");
    EXPECT_EQ(unsure("FROM --platform=linux/arm64 a\n"), "line 1: FROM --platform=linux/arm64");
    EXPECT_EQ(unsure("FROM a\nCOPY --fr\"om\"=private /a /a\n"), "line 2: COPY --fr\"om\"=private");
    EXPECT_EQ(unsure("FROM a\nCOPY --fr\\om=private /a /a\n"), "line 2: COPY --fr\\om=private");
    EXPECT_EQ(unsure("FROM a\nONBUILD COPY --from=$X /a /a\n"), "line 2: COPY --from=$X");
}

TEST(Dockerfile, SaysWhatRunsOnThePlatformThatIsAskedFor) {
    const auto word = [](std::string_view text) { return read_dockerfile(text).target_run_word; };

    EXPECT_EQ(word("FROM a\nRUN x\n"), "line 2: RUN");
    EXPECT_EQ(word("FROM scratch\nCOPY x /\n"), "");
    EXPECT_EQ(word("FROM --platform=$BUILDPLATFORM a AS b\nRUN x\nFROM b\nRUN y\n"), "");
    EXPECT_EQ(
        word("FROM --platform=${BUILDPLATFORM} a AS B\nRUN x\nFROM c\nCOPY --from=b / /\nRUN y\n"),
        "line 5: RUN"
    );
    EXPECT_EQ(word("FROM --platform=linux/amd64 a\nRUN x\n"), "");
    EXPECT_EQ(word("FROM --platform=$TARGETPLATFORM a\nRUN x\n"), "line 2: RUN");
}

TEST(Dockerfile, NamesTheBasesOfEachReading) {
    // To some builders an empty line ends an instruction, to others it does not.
    const auto facts = read_dockerfile("FROM a\nRUN x \\\n\nFROM hidden\n");

    EXPECT_EQ(facts.possible_bases, (std::vector<std::string>{"a", "hidden"}));
    EXPECT_EQ(
        read_dockerfile("FROM a AS b\nFROM b\nCOPY --from=c /x /\nFROM scratch\n").possible_bases,
        (std::vector<std::string>{"a", "c"})
    );
}

TEST(Dockerfile, SaysWhatOnlyBuildKitKnows) {
    const auto word = [](std::string_view text) { return read_dockerfile(text).buildkit_word; };

    EXPECT_EQ(word("FROM a\nRUN --mount=type=cache,target=/c make\n"), "line 2: RUN --mount");
    EXPECT_EQ(word("FROM a\nRUN set -e; \\\n  --mount\nCOPY --link a b\n"), "line 4: COPY --link");
    EXPECT_EQ(word("# syntax=docker/dockerfile:1\nFROM a\n"), "line 1: # syntax=");
    EXPECT_EQ(word("FROM a\n# syntax=docker/dockerfile:1\n"), "");
    EXPECT_EQ(word("FROM a\nRUN <<EOF\nRUN --mount=x\nEOF\n"), "line 2: RUN <<");
    EXPECT_EQ(word("FROM a\nRUN cat <<EOF\nx\nEOF\n"), "");
}

TEST(Dockerfile, TakesNoFlagForPlainThatMayHideAnother) {
    const auto unsure = [](std::string_view text) { return read_dockerfile(text).unsure_base; };

    // Builders look for spaces in bytes there.
    EXPECT_NE(unsure("FROM a\nCOPY --chown=1\x85--from=private /a /a\n"), "");
    EXPECT_NE(unsure("FROM a\nCOPY --chown=1 \xa0--from=private /a /a\n"), "");
    EXPECT_NE(unsure("FROM a\nCOPY --chown=\"1 2\" --from=private /a /a\n"), "");
    EXPECT_EQ(unsure("FROM a\nCOPY --chown=$U:${G} \xc3\xa0 /a\n"), "");
}

TEST(Dockerfile, TakesNumbersForStagesWhereTheyAreCopiedFrom) {
    EXPECT_EQ(
        read_dockerfile("FROM a\nFROM 123\nCOPY --from=0 /a /a\n").possible_bases,
        (std::vector<std::string>{"a", "123"})  // which may begin an image's id
    );
}

TEST(Dockerfile, SaysWhatNeedsASession) {
    const auto facts = read_dockerfile("FROM a\nRUN --mount=type=secret,id=x cat /run/secrets/x\n");

    EXPECT_EQ(facts.session_word, "line 2: RUN --mount=type=secret,id=x");
}

// Each of them would have the engine ask an address of the file's choice, metadata among them.
TEST(Dockerfile, SaysWhatTheEngineWouldFetch) {
    const auto is_refused = [](const std::string& line) {
        return !read_dockerfile("FROM a\n" + line + "\n").fetch_word.empty();
    };

    for (const char* line :
         {"ADD http://169.254.169.254/latest /x",
          "add https://a.test/x /x",
          "ADD --chown=1 http://a.test/x /x",
          "ADD [\"http://a.test/x\", \"/x\"]",
          "ADD [\"http:\\u002f/a.test/x\", \"/x\"]",
          "ADD $FROM /x",
          "ADD ht\\\ntp://a.test/x /x",
          "ADD http:\\//a.test /x",
          "ADD \"http:\"//a.test /x",
          "ADD git@a.test:x.git /x",
          "ONBUILD ADD http://a.test/x /x"}) {
        EXPECT_TRUE(is_refused(line)) << line;
    }
    for (const char* line :
         {"ADD a.tar.gz /", "ADD [\"a b\", \"/x\"]", "COPY $FROM /x", "RUN curl http://a.test/"}) {
        EXPECT_FALSE(is_refused(line)) << line;
    }
    EXPECT_EQ(
        read_dockerfile("# syntax=evil.test/frontend\nFROM a\n").fetch_word,
        "line 1: # syntax=evil.test/frontend"
    );
    EXPECT_NE(read_dockerfile("# escape=`\nFROM a\nADD ht`\ntp://a.test /x\n").fetch_word, "");
}

// What one builder takes for the text of a RUN, or for a comment, is an instruction to another.
TEST(Dockerfile, HidesNoFetchBehindATextOrAComment) {
    for (const char* text :
         {"FROM a\nRUN echo '<<X'\nADD http://a.test/ /x\n",
          "FROM a\nRUN <<'A\\'\nA\\\nAD\\\nD http://a.test/ /x\n",
          "FROM a\nRUN <<'#X'\nfoo \\\n#X\nAD\\\nD http://a.test/ /x\n",
          "FROM a\nRUN foo \\\n#X\nADD http://a.test/ /x\n",
          "#!/bin/x\n# syntax=evil.test/x\nFROM a\n",
          "// syntax=evil.test/x\nFROM a\n",
          "{\"syntax\": \"evil.test/x\"}\nFROM a\n"}) {
        EXPECT_NE(read_dockerfile(text).fetch_word, "") << text;
    }
    EXPECT_EQ(read_dockerfile("# syntax = docker/dockerfile:1.4\nFROM a\n").fetch_word, "");
    EXPECT_EQ(read_dockerfile("# the syntax of this file = old\nFROM a\n").fetch_word, "");
}

// Go's spaces, a byte order mark, and escapes that one builder sees and another does not.
TEST(Dockerfile, HidesNoFetchBehindSpacesAndEscapes) {
    for (const char* text :
         {"FROM a\nADD\vhttp://a.test/ /x\n",
          "FROM a\nADD\fhttp://a.test/ /x\n",
          "FROM a\n\xc2\xa0"
          "ADD http://a.test/ /x\n",
          "FROM a\n\xe2\x80\x83"
          "ADD http://a.test/ /x\n",
          "FROM a\n\xc2\xa0# x \\\nADD http://a.test/ /x\n",
          "FROM a\nRUN echo \\\\\nADD http://a.test/ /x\n",
          "FROM a\nRUN echo \\\f\nADD http://a.test/ /x\n",
          "FROM a\nRUN echo \\\\\nAD\\\n# c\nD http://a.test/ /x\n",
          "FROM a\nRUN echo \\\\\nAD\\\r\r\nD http://a.test/ /x\n",
          "FROM a\nRUN echo \\\r\r\nADD http://a.test/ /x\n",
          "FROM a\nRUN echo \\\n # c\nAD\\\n# c\nD http://a.test/ /x\n",
          "\xef\xbb\xbf# escape=`\nFROM a\nRUN echo \\\nADD http://a.test/ /x\n",
          "# some=thing\n# escape=`\nFROM a\nRUN echo \\\nADD http://a.test/ /x\n",
          "# check=x\n# escape=`\nFROM a\nRUN echo `\nADD http://a.test/ /x\n"}) {
        EXPECT_NE(read_dockerfile(text).fetch_word, "") << text;
    }
    EXPECT_EQ(read_dockerfile("FROM a\nRUN apk \\\n  add $PACKAGES\n").fetch_word, "");
}

// Whoever wrote it, the runner is not busy with it for minutes: ctest has a limit.
TEST(Dockerfile, OfOneLongLineIsReadInItsLength) {
    std::string words = "FROM a\nRUN";
    for (int i = 0; i < 100'000; ++i) words += " word";
    EXPECT_TRUE(read_dockerfile(words).has_run);
}

TEST(Dockerfile, OfAnyBytesIsRead) {
    for (const std::string text :
         {"",
          "\\",
          "RUN <<",
          "RUN <<EOF",
          "# syntax",
          "# =",
          "FROM",
          "COPY --from=",
          "ONBUILD ONBUILD",
          "ADD",
          "FROM a AS",
          "\\\n\\\n\\"}) {
        read_dockerfile(text);
    }
}
