#include "runner/image/bases.hpp"

#include <gtest/gtest.h>

using namespace triphammer::runner;

TEST(Bases, OfStrangersTakeNoNameFromAnImageOfThisEngineAlone) {
    const auto name = *triphammer::docker::parse_reference("docker.io/acme/base:1");
    const std::string digest = "@sha256:" + std::string(64, 'a');
    triphammer::docker::ImageInfo image;
    EXPECT_TRUE(is_here_alone(image, name));  // built here
    image.digests = {"acme/other" + digest};
    EXPECT_TRUE(is_here_alone(image, name));  // fetched, and named anew
    image.digests.push_back("acme/base" + digest);
    EXPECT_FALSE(is_here_alone(image, name));
}

TEST(Bases, OfStrangersHaveNoTriggersOthersNoneThatFetch) {
    EXPECT_EQ(refuse_triggers({}, true), "");
    EXPECT_NE(refuse_triggers({"RUN make"}, true), "");
    EXPECT_EQ(refuse_triggers({"COPY . /app", "RUN make"}, false), "");
    EXPECT_EQ(
        refuse_triggers({"RUN make", "ADD http://169.254.169.254/latest /x"}, false),
        "ONBUILD ADD http://169.254.169.254/latest /x: what the engine itself fetches could be the "
        "metadata of its instance"
    );
    EXPECT_NE(refuse_triggers({"RUN make \\", "ADD http://169.254.169.254/latest /x"}, false), "");
}
