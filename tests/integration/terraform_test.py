"""hashicorp/setup-terraform, built in: it chooses, it wraps, it says what is missing. The programs are small ones
of our own: what is tested is what happens around them."""
import pytest

from harness.spot import run_on_the_spot

TERRAFORM = """#!/bin/sh
case $1 in
version) printf 'Terraform v0.99.5\\non linux_amd64\\n' ;;
plan) echo "the plan"; echo "a warning" >&2; exit 2 ;;
fail) echo "Error: nothing" >&2; exit 1 ;;
read) cat ;;
esac
"""
TOFU = "#!/bin/sh\necho 'OpenTofu v0.98.2'\n"


@pytest.fixture
def tree(tmp_path):
    folder = tmp_path / "tree"
    for path, text in {"bin/terraform": TERRAFORM, "tofu/tofu": TOFU}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
        (folder / path).chmod(0o755)
    return folder


@pytest.fixture
def run(binary, tree, tmp_path):
    def call(steps, *words, **environment):
        (tree / ".triphammer").mkdir(exist_ok=True)
        (tree / ".triphammer/w.yml").write_text(
            "on: push\njobs:\n  a:\n    runs-on: host\n    steps:\n      - uses: actions/checkout@v4\n" + steps)
        return run_on_the_spot(binary, tree, tmp_path, *words, **environment)
    return call


def test_the_wrapper_gives_what_was_said_and_how_it_ended(run):
    done, log = run("""
      - run: echo "$PWD/bin" >> "$GITHUB_PATH"
      - uses: hashicorp/setup-terraform@v3
        with: { terraform_version: "~0.99.0" }
      - id: plan
        run: terraform plan
      - id: fail
        run: terraform fail
        continue-on-error: true
      - id: read
        run: echo "from stdin" | terraform read
      - run: |
          echo "plan: ${{ steps.plan.outputs.stdout }}, ${{ steps.plan.outputs.stderr }}, ${{ steps.plan.outputs.exitcode }}"
          echo "fail: ${{ steps.fail.outcome }}, ${{ steps.fail.outputs.stderr }}, ${{ steps.fail.outputs.exitcode }}"
          echo "read: ${{ steps.read.outputs.stdout }} $TERRAFORM_CLI_PATH"
""")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "Terraform 0.99.5 (" in log and "the plan\n" in log and "a warning\n" in log
    assert "plan: the plan\n, a warning\n, 2\n" in log
    assert "fail: failure, Error: nothing\n, 1\n" in log and "Terraform exited with code 1." in log
    assert "read: from stdin\n" in log and "/bin\n" in log


def test_without_a_wrapper_the_program_is_what_is_called(run):
    done, log = run("""
      - run: echo "$PWD/bin" >> "$GITHUB_PATH"
      - uses: hashicorp/setup-terraform@v3
        with:
          terraform_wrapper: false
          terraform_version: 0.99.5
          cli_config_credentials_hostname: terraform.example.com
          cli_config_credentials_token: ${{ secrets.TF_TOKEN }}
      - run: |
          terraform plan || echo "status $?"
          stat -c "mode %a" ~/.terraformrc
          grep -c 'credentials "terraform.example.com"' ~/.terraformrc
          cat ~/.terraformrc
""", "--secret", "TF_TOKEN", TF_TOKEN="a-token.of.terraform")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "status 2\n" in log and "mode 600\n1\n" in log
    assert 'token = "***"' in log and "a-token.of.terraform" not in done.stdout


def test_opentofu_stands_in_and_what_is_missing_is_named(run):
    done, log = run("""
      - run: printf '%s\\n' "$PWD/bin" "$PWD/tofu" >> "$GITHUB_PATH"
      - uses: hashicorp/setup-terraform@v3
        with: { terraform_version: 0.98.x }
      - run: terraform version
      - uses: hashicorp/setup-terraform@v3
        with: { terraform_version: "<0.5.0" }
""")

    assert done.returncode != 0
    assert "OpenTofu 0.98.2 (" in log and "is called by the name terraform" in log and "OpenTofu v0.98.2\n" in log
    assert "there is no Terraform or OpenTofu <0.5.0" in done.stdout and "0.99.5 (" in done.stdout
