"""`make remove`: takes a stage off AWS again.

    python -m deploy.aws.remove STAGE [--region eu-central-1] [--yes]

The parameters in SSM stay: they cost nothing, and the next deploy needs them.
"""

import argparse
import sys

from deploy.aws import parameters
from deploy.aws.account import Account, told
from deploy.aws.arguments import add_place
from deploy.aws.ask import agreed, say
from deploy.errors import DeployError

BUCKET = "ServerlessDeploymentBucket"
AT_ONCE = 1000  # objects that S3 deletes in one request


def remove(account: Account, stack: str) -> None:
    """Empties the stack's bucket of zips and deletes the stack; returns once it is gone.

    Raises:
        DeployError: it can't be deleted, or not wholly.
    """
    cloudformation, s3 = account.client("cloudformation"), account.client("s3")
    with told():
        answer = cloudformation.describe_stack_resource(StackName=stack, LogicalResourceId=BUCKET)
        bucket = answer["StackResourceDetail"]["PhysicalResourceId"]
        pages = s3.get_paginator("list_objects_v2").paginate(
            Bucket=bucket, PaginationConfig={"PageSize": AT_ONCE}
        )
        for page in pages:
            objects = [{"Key": each["Key"]} for each in page.get("Contents", [])]
            if objects:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
        cloudformation.delete_stack(StackName=stack)
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=stack)


def main() -> int:
    """Does what the command line says; returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m deploy.aws.remove")
    add_place(parser)
    arguments = parser.parse_args()
    try:
        stack = f"sangha-{parameters.checked(arguments.stage)}"
        account = Account(arguments.region)
        deployed = account.template(stack)
        if deployed is None:
            say(f"There is no {stack} in account {account.id}, {account.region}.")
            return 0
        count = len(deployed["Resources"])
        question = f"Remove {stack} from account {account.id}, {account.region}, all {count} parts?"
        if not agreed(question, yes=arguments.yes):
            return 1
        remove(account, stack)
    except DeployError as error:
        say(f"{error}")
        return 1
    say(f"{stack} is gone. Its parameters stay: aws ssm get-parameters-by-path --path /sangha/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
