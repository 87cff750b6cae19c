"""Storage that speaks S3, by its official client: who may use it, and what is in it.

    python storage.py ADDRESS prepare             a bucket and a key for it, as JSON; from then on
                                                  nobody else is let in
    python storage.py ADDRESS read FOLDER         copies the bucket into a folder and says, as JSON,
                                                  of which kind each object is; takes the key from
                                                  S3_KEY and S3_SECRET
"""

import json
import os
import pathlib
import sys

import boto3
import requests

BUCKET = "reports"
ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def client(service, address, key, secret):
    return boto3.client(
        service,
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def prepare(address):
    users = client("iam", address, "first", "first")
    users.create_user(UserName="night")
    users.put_user_policy(UserName="night", PolicyName="all", PolicyDocument=json.dumps(ALL))
    key = users.create_access_key(UserName="night")["AccessKey"]
    client("s3", address, "first", "first").create_bucket(Bucket=BUCKET)
    # From now on signatures and rights are looked at.
    walls = requests.post(f"{address}/moto-api/reset-auth", data=b"0", timeout=30)
    walls.raise_for_status()
    return {"key": key["AccessKeyId"], "secret": key["SecretAccessKey"]}


def read(address, folder):
    storage = client("s3", address, os.environ["S3_KEY"], os.environ["S3_SECRET"])
    kinds = {}
    for page in storage.get_paginator("list_objects_v2").paginate(Bucket=BUCKET):
        for listed in page.get("Contents", []):
            name = listed["Key"]
            found = storage.get_object(Bucket=BUCKET, Key=name)
            to = pathlib.Path(folder) / name
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(found["Body"].read())
            kinds[name] = found["ContentType"]
    return kinds


address, what, *more = sys.argv[1:]
print(json.dumps({"prepare": prepare, "read": read}[what](address, *more)))
