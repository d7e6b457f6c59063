"""What AWS publishes about its calls: members, which are required, their types, words and patterns. `aws_models.json` is
the part of botocore's service models (Apache-2.0) that the product's calls reach, and is made again by

    python3 tests/harness/aws_models.py FOLDER_OF_BOTOCORE > tests/harness/aws_models.json

`./dev test all` installs botocore and compares. Inputs and the stand-in's own answers are checked against it."""
import gzip
import json
import pathlib
import re
import sys

OPERATIONS = {
    "ecs": ("ContinueServiceDeployment", "DescribeServiceDeployments", "DescribeServiceRevisions", "DescribeServices", "DescribeTaskDefinition",
            "DescribeTasks", "ListServiceDeployments", "ListTasks", "RegisterTaskDefinition", "RunTask",
            "StopServiceDeployment", "StopTask", "UpdateService"),
    "elbv2": ("DescribeListeners", "DescribeLoadBalancers", "DescribeRules", "DescribeTargetGroups", "DescribeTargetHealth",
              "ModifyListener", "ModifyRule"),
    "ecr": ("CreateRepository", "DescribeImages", "DescribeRepositories", "GetAuthorizationToken", "GetLifecyclePolicy",
            "PutLifecyclePolicy"),
    "apprunner": ("DescribeService", "ListOperations", "ListServices", "UpdateService"),
}
FACTS = ("type", "required", "enum", "pattern", "min", "max")
PLACE = pathlib.Path(__file__).with_suffix(".json")


def extract(botocore):
    """`botocore`: the folder of its package."""
    return {service: _extract_service(service, _read(pathlib.Path(botocore) / "data" / service))
            for service in OPERATIONS}


def _read(folder):
    newest = sorted(folder.iterdir())[-1]
    return json.loads(gzip.decompress((newest / "service-2.json.gz").read_bytes()))


def _extract_service(service, model):
    out = {"metadata": {key: model["metadata"][key] for key in ("protocol", "jsonVersion", "targetPrefix", "apiVersion")
                        if key in model["metadata"]}, "operations": {}, "shapes": {}}
    for name in OPERATIONS[service]:
        operation = model["operations"][name]
        ends = {end: operation[end]["shape"] for end in ("input", "output")}
        out["operations"][name] = {**ends, "errors": sorted(one["shape"] for one in operation.get("errors", ()))}
        for shape in ends.values():
            _add_shape(shape, model["shapes"], out["shapes"])
    out["shapes"] = dict(sorted(out["shapes"].items()))
    return out


def _add_shape(name, shapes, out):
    if name in out:
        return
    shape = shapes[name]
    kept = out[name] = {fact: shape[fact] for fact in FACTS if fact in shape}
    if "members" in shape:
        kept["members"] = {member: one["shape"] for member, one in shape["members"].items()}
    for part in ("member", "key", "value"):
        if part in shape:
            kept[part] = shape[part]["shape"]
    for inner in (*kept.get("members", {}).values(), *(kept[part] for part in ("member", "key", "value") if part in kept)):
        _add_shape(inner, shapes, out)


class Mismatch(Exception):
    pass


class Models:
    def __init__(self):
        self.services = json.loads(PLACE.read_text())

    def metadata(self, service):
        return self.services[service]["metadata"]

    def check(self, service, operation, end, value):
        """`end`: input or output. Mismatch says where."""
        model = self.services[service]
        if operation not in model["operations"]:
            raise Mismatch(f"{service} has no {operation} here")
        shapes = model["shapes"]
        if end == "output":  # some of AWS's answers do not match its own patterns
            shapes = {name: {fact: of for fact, of in shape.items() if fact != "pattern"} for name, shape in shapes.items()}
        self._check(shapes, model["operations"][operation][end], value, operation)

    def has_error(self, service, operation, code):
        return code in self.services[service]["operations"][operation]["errors"]

    def typed(self, service, operation, value):
        """The fields of a form, which are all texts, as what the operation takes; what does not fit stays a text."""
        model = self.services[service]
        if operation not in model["operations"]:
            return value
        return self._typed(model["shapes"], model["operations"][operation]["input"], value)

    def _typed(self, shapes, name, value):
        shape = shapes.get(name, {})
        if isinstance(value, dict):
            return {key: self._typed(shapes, shape.get("members", {}).get(key), one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._typed(shapes, shape.get("member"), one) for one in value]
        if shape.get("type") in ("integer", "long") and value.isdigit():
            return int(value)
        return value == "true" if shape.get("type") == "boolean" and value in ("true", "false") else value

    def _check(self, shapes, name, value, where):
        shape = shapes[name]
        getattr(self, "_check_" + shape["type"], self._check_scalar)(shapes, shape, value, where)

    def _check_structure(self, shapes, shape, value, where):
        if not isinstance(value, dict):
            raise Mismatch(f"{where} is no structure")
        unknown = set(value) - set(shape["members"])
        missing = set(shape.get("required", ())) - set(value)
        if unknown or missing:
            raise Mismatch(f"{where}: unknown {sorted(unknown)}, missing {sorted(missing)}")
        for key, one in value.items():
            self._check(shapes, shape["members"][key], one, f"{where}.{key}")

    def _check_list(self, shapes, shape, value, where):
        if not isinstance(value, list):
            raise Mismatch(f"{where} is no list")
        self._check_range(shape, len(value), where)
        for one in value:
            self._check(shapes, shape["member"], one, where + "[]")

    def _check_map(self, shapes, shape, value, where):
        if not isinstance(value, dict):
            raise Mismatch(f"{where} is no map")
        for key, one in value.items():
            self._check(shapes, shape["key"], key, where)
            self._check(shapes, shape["value"], one, f"{where}.{key}")

    def _check_scalar(self, _, shape, value, where):
        types = {"string": str, "boolean": bool, "integer": int, "long": int, "double": (int, float),
                 "float": (int, float), "timestamp": (int, float)}[shape["type"]]
        if not isinstance(value, types) or (isinstance(value, bool) and types is not bool):
            raise Mismatch(f"{where}: {value!r} is no {shape['type']}")
        if "enum" in shape and value not in shape["enum"]:
            raise Mismatch(f"{where}: {value!r} is none of {shape['enum']}")
        if "pattern" in shape and not re.search(f"^(?:{shape['pattern']})$", value):
            raise Mismatch(f"{where}: {value!r} does not match {shape['pattern']}")
        self._check_range(shape, len(value) if isinstance(value, str) else value, where)

    @staticmethod
    def _check_range(shape, size, where):
        if not shape.get("min", size) <= size <= shape.get("max", size):
            raise Mismatch(f"{where}: {size} is not within {shape.get('min')} and {shape.get('max')}")


def dump(models):
    """A line for each shape, so that a change can be read."""
    parts = []
    for service, model in models.items():
        shapes = ",\n".join(f"{json.dumps(name)}: {json.dumps(shape)}" for name, shape in model["shapes"].items())
        operations = ",\n".join(f"{json.dumps(name)}: {json.dumps(one)}" for name, one in model["operations"].items())
        parts.append(f"{json.dumps(service)}: {{\"metadata\": {json.dumps(model['metadata'])},\n"
                     f"\"operations\": {{\n{operations}}},\n\"shapes\": {{\n{shapes}}}}}")
    return "{\n" + ",\n".join(parts) + "}\n"


if __name__ == "__main__":
    sys.stdout.write(dump(extract(sys.argv[1])))
