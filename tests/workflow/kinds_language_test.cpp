// Our own kinds of jobs (docs/workflows.md): what each key takes and what it does not.
#include "workflow/problems.hpp"

#include <gtest/gtest.h>

#include <utility>

using namespace triphammer;
using namespace triphammer::workflow;

TEST(KindsLanguage, TakesItsOwnKeysAlone) {
    const std::pair<const char*, const char*> rows[] = {
        {"{ terraform: { directory: [a, b], command: plan, variables: { c: d } } }", ""},
        {"{ terraform: { directory: '${{ secrets.a }}' } }", "3:37 context-not-allowed"},
        {"{ terraform: { directory: a, command: apply } }", "3:44 missing-key, 3:44 missing-key"},
        {"{ terraform: { directory: a, command: apply }, environment: b, needs: [] }", ""},
        {"{ terraform: { directory: a, command: destroy } }", "3:44 unknown-value"},
        {"{ terraform: { command: plan } }", "3:19 missing-key"},
        {"{ approve: { subject: a, by: [b], min: 2, not: [author], timeout: 24h } }", ""},
        {"{ deploy: { to: ecs, cluster: a, service: b, image: c, bake: 5m } }", ""},
        {"{ deploy: { to: ecs, service: b } }", "3:16 missing-key"},
        {"{ deploy: { to: ecs, service: b, image: c, ports: ['80:80'] } }", "3:56 wrong-place"},
        {"{ deploy: { to: apprunner, service: b, image: c, strategy: rolling } }",
         "3:65 wrong-place"},
        {"{ deploy: { to: container, service: a, image: b, cluster: c } }", "3:64 wrong-place"},
        {"{ deploy: { to: container, service: a, image: b }, retry: { max: 1 } }",
         "3:57 wrong-place"},
        {"{ deploy: { to: exec } }", "3:16 missing-key, 3:16 missing-key"},
        {"{ deploy: { to: compose, service: a, image: b, file: c, before: d } }", ""},
        {"{ deploy: { to: compose, service: a } }", "3:16 missing-key"},
        {"{ deploy: { to: compose, service: a, image: b, host: c } }", "3:59 wrong-place"},
        {"{ deploy: { to: ssh, service: a, host: b, known-hosts: c, key: d, run: e } }", ""},
        {"{ deploy: { to: container, service: a, image: b, host: 'ssh://c@d', known-hosts: e, "
         "key: f } }",
         ""},
        {"{ deploy: { to: container, service: a, image: b, host: 'tcp://d:1' } }",
         "3:61 missing-key, 3:61 missing-key"},
        {"{ deploy: { to: container, service: a, image: b, host: d, known-hosts: e, key: f } }",
         "3:61 unknown-value"},
        {"{ deploy: { to: container, service: a, image: b, host: 'tcp://${{ secrets.A }}:1', "
         "known-hosts: e, key: f } }",
         "3:61 wrong-place"},
        {"{ deploy: { to: container, service: a, image: b, key: f } }", "3:60 wrong-place"},
        {"{ deploy: { to: container, service: a, image: b, switch: alias, networks: c } }", ""},
        {"{ deploy: { to: container, service: a, image: b, switch: alias } }", "3:63 missing-key"},
        {"{ deploy: { to: container, service: a, image: b, switch: alias, networks: c, ports: "
         "'8:8' } }",
         "3:90 wrong-place"},
        {"{ deploy: { to: container, service: a, image: b, switch: alias, networks: c, strategy: "
         "recreate } }",
         "3:93 wrong-place"},
        {"{ deploy: { to: container, service: a, image: b, switch: kamal-proxy, ports: '8:8', "
         "health: { http: / } } }",
         ""},
        {"{ deploy: { to: container, service: a, image: b, switch: kamal-proxy } }",
         "3:63 missing-key, 3:63 missing-key"},
        {"{ deploy: { to: ssh, service: a, host: b, run: c } }",
         "3:16 missing-key, 3:16 missing-key"},

    };
    for (const auto& [job, problems] : rows) {
        EXPECT_EQ(language_problems_of(with_job(job)), problems) << job;
    }
}
