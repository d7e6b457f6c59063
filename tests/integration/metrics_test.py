"""What a Prometheus server reads."""
import re

import requests

WORKFLOW = "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - run: echo hi\n"


def scrape(daemon):
    """{metric: type}, {sample: value}; fails where the text breaks a rule of the format."""
    answer = requests.get(f"{daemon.url}/metrics", timeout=5)
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    types, samples, helped = {}, {}, set()
    for line in answer.text.splitlines():
        if found := re.fullmatch(r"# HELP (\w+) \S.*", line):
            assert found[1] not in helped, f"{found[1]} comes twice"
            helped.add(found[1])
        elif found := re.fullmatch(r"# TYPE (\w+) (counter|gauge|histogram)", line):
            assert found[1] in helped and (found[2] == "counter") == found[1].endswith("_total"), line
            types[found[1]] = found[2]
        else:
            found = re.fullmatch(r"((\w+?)(_bucket|_sum|_count)?(\{\w+=\"[^\"]*\"\})?) (\S+)", line)
            assert found, line
            assert (found[2] if types.get(found[2]) == "histogram" else found[2] + (found[3] or "")) in types, line
            assert found[1] not in samples, line
            samples[found[1]] = float(found[5])
    return types, samples


def test_every_promised_metric_is_there_and_well_formed(daemon, git):
    repository = git.repository("acme/metrics")
    sha = repository.commit({".triphammer/c.yml": WORKFLOW})
    daemon.add_repository(repository)
    daemon.run_of_push(repository, sha)

    types, samples = scrape(daemon)

    for name in ("triphammer_webhook_seconds", "triphammer_job_wait_seconds", "triphammer_job_run_seconds",
                 "triphammer_event_loop_lag_seconds"):
        assert types[name] == "histogram"
        assert samples[f"{name}_count"] >= 1 and samples[f"{name}_sum"] >= 0
        buckets = [value for sample, value in samples.items() if sample.startswith(f"{name}_bucket{{")]
        assert buckets == sorted(buckets) and buckets[-1] == samples[f"{name}_count"]
        assert f'{name}_bucket{{le="+Inf"}}' in samples
    assert samples["triphammer_job_run_seconds_count"] == 1
    assert samples['triphammer_jobs{state="succeeded"}'] == 1 and samples['triphammer_jobs{state="skipped"}'] == 0
    assert samples["triphammer_queue_depth"] == 0
    assert samples['triphammer_deliveries{outcome="started"}'] == 1
    assert samples["triphammer_webhooks_accepted_total"] == 1
    for name in ("process_resident_memory_bytes", "process_open_fds", "triphammer_wal_bytes"):
        assert samples[name] > 0
