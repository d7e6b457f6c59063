"""The stand-in's App Runner: one service, one operation at a time, in AWS's time."""
import uuid

from harness.aws import ACCOUNT, Refusal

ARN = f"arn:aws:apprunner:us-east-1:{ACCOUNT}:service/shop/0123456789abcdef0123456789abcdef"
IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/app"
LENGTH = 120  # seconds at AWS


class AppRunner:
    def __init__(self, clock):
        self.clock = clock
        self.image = f"{IMAGE}@sha256:" + "a" * 64
        self.arn = ARN
        self.auto = False
        self.status = "RUNNING"
        self.fates = []       # of the next operations: SUCCEEDED | FAILED | ROLLBACK_SUCCEEDED | ROLLBACK_FAILED | stuck
        self.operations = []  # newest last
        self.effects = []

    def call(self, operation, given):
        self._advance()
        return getattr(self, "_" + operation)(given)

    def _advance(self):
        for one in self.operations:
            is_due = one["status"] == "IN_PROGRESS" and one["fate"] != "stuck" and self.clock() - one["begun"] >= LENGTH
            if not is_due:
                continue
            one["status"] = one["fate"]
            self.status = "RUNNING"
            if one["fate"] == "SUCCEEDED":
                self.image = one["image"]

    def foreign_change(self, image):
        """Somebody deploys by hand, after all that went before."""
        self._advance()
        self.begin(image, "foreign", "SUCCEEDED")["begun"] -= LENGTH
        self._advance()

    def begin(self, image, by, fate):
        one = {"id": str(uuid.uuid4()), "image": image, "begun": self.clock(), "status": "IN_PROGRESS", "fate": fate}
        self.operations.append(one)
        self.status = "OPERATION_IN_PROGRESS"
        self.effects.append((f"UpdateService by {by}", image))
        return one

    def _check_arn(self, given):
        if given["ServiceArn"] != self.arn:
            raise Refusal(400, "ResourceNotFoundException", "Service with the provided ARN does not exist.")

    def _service(self):
        image = self.operations[-1]["image"] if self.status == "OPERATION_IN_PROGRESS" else self.image
        return {"ServiceName": "shop", "ServiceId": "0123456789abcdef0123456789abcdef", "ServiceArn": self.arn, "CreatedAt": 1, "UpdatedAt": 2,
                "ServiceUrl": "abc.us-east-1.awsapprunner.com", "Status": self.status,
                "InstanceConfiguration": {"Cpu": "1024", "Memory": "2048"}, "AutoScalingConfigurationSummary": {},
                "NetworkConfiguration": {},
                "SourceConfiguration": {
                    "AutoDeploymentsEnabled": self.auto,
                    "AuthenticationConfiguration": {"AccessRoleArn": f"arn:aws:iam::{ACCOUNT}:role/apprunner"},
                    "ImageRepository": {"ImageIdentifier": image, "ImageRepositoryType": "ECR",
                                        "ImageConfiguration": {"Port": "8080"}}}}

    def _ListServices(self, _):
        return {"ServiceSummaryList": [{"ServiceName": "shop", "ServiceArn": self.arn, "Status": self.status}]}

    def _DescribeService(self, given):
        self._check_arn(given)
        return {"Service": self._service()}

    def _UpdateService(self, given):
        self._check_arn(given)
        if self.status != "RUNNING":
            raise Refusal(400, "InvalidStateException", f"Service cannot be updated in the current state: {self.status}.")
        repository = given["SourceConfiguration"]["ImageRepository"]
        if "ImageConfiguration" not in repository or "AuthenticationConfiguration" not in given["SourceConfiguration"]:
            raise Refusal(400, "InvalidRequestException", "The source is replaced as a whole.")
        one = self.begin(repository["ImageIdentifier"], "ours", self.fates.pop(0) if self.fates else "SUCCEEDED")
        return {"Service": self._service(), "OperationId": one["id"]}

    def _ListOperations(self, given):
        self._check_arn(given)
        return {"OperationSummaryList": [
            {"Id": one["id"], "Type": "UPDATE_SERVICE", "Status": one["status"], "TargetArn": self.arn,
             "StartedAt": one["begun"]} for one in reversed(self.operations)]}
