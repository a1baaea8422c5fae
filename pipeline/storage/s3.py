"""Storage in an S3 bucket: AWS, SeaweedFS, MinIO or whatever speaks the protocol."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from io import BytesIO
from typing import Any, BinaryIO, TypeVar

import boto3
from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.parsers import ResponseParserError
from urllib3.exceptions import HTTPError

from pipeline.storage.interface import (
    LINK_SECONDS,
    DamagedObjectError,
    MissingObjectError,
    StorageUnavailableError,
    checked,
    held,
)

R = TypeVar("R")

# Above this an upload goes in parts; below, one request carries If-None-Match and the whole checksum.
_ONE_REQUEST_BYTES = 64 << 20
_EXISTS = {"PreconditionFailed", "ConditionalRequestConflict", "412"}
_READS = 3  # of one object whose answer was cut off in the middle
_MISSING = {"NoSuchKey", "404", "NotFound"}


@contextmanager
def _named(what: str, key: str) -> Iterator[None]:
    """Turn what botocore and the library under it raise into our own errors; theirs may quote a request."""
    try:
        yield
    except ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _MISSING:
            raise MissingObjectError(key) from None
        raise StorageUnavailableError(f"{what}: {code}") from error
    except (BotoCoreError, Boto3Error, ResponseParserError, HTTPError) as error:
        if "Checksum" in type(error).__name__:
            raise DamagedObjectError(key) from error
        raise StorageUnavailableError(f"{what}: {type(error).__name__}") from error


def _named_errors(method: Callable[..., R]) -> Callable[..., R]:
    @wraps(method)
    def call(self: "S3Storage", key: str, *args: Any, **kwargs: Any) -> R:
        with _named(method.__name__, key):
            return method(self, key, *args, **kwargs)

    return call


def _each_named(method: Callable[..., Iterator[R]]) -> Callable[..., Iterator[R]]:
    """The same for what comes piece by piece: it can break at each."""

    @wraps(method)
    def call(self: "S3Storage", key: str, *args: Any, **kwargs: Any) -> Iterator[R]:
        with _named(method.__name__, key):
            yield from method(self, key, *args, **kwargs)

    return call


class S3Storage:
    """Objects in one bucket, optionally under a prefix.

    A SHA-256 travels with every object and is verified by the server on write and by the
    client on read, where what the key says of the content is verified too. `sse` is None, "AES256" or
    "aws:kms" (with `kms_key` where it is not the default key).
    """

    def __init__(
        self,
        bucket: str,
        prefix: str = "",
        endpoint: str | None = None,
        region: str = "us-east-1",
        sse: str | None = None,
        kms_key: str | None = None,
        downloads: str | None = None,
    ) -> None:
        self.bucket = bucket
        self.prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._encryption = {"ServerSideEncryption": sse} if sse else {}
        if kms_key:
            self._encryption["SSEKMSKeyId"] = kms_key
        self._client = _client(endpoint, region)
        # A signature covers the host, so links are signed for the one that downloads go to. Signing sends nothing.
        self._signer = None if downloads == "stream" else _client(downloads, region) if downloads else self._client

    def put(self, key: str, data: bytes) -> None:
        self.put_stream(key, BytesIO(data))

    @_named_errors
    def put_stream(self, key: str, stream: BinaryIO) -> None:
        size = stream.seek(0, 2)
        stream.seek(0)
        if size > _ONE_REQUEST_BYTES:
            if not self.exists(key):
                extra = {"ChecksumAlgorithm": "SHA256", **self._encryption}
                parts = TransferConfig(multipart_threshold=_ONE_REQUEST_BYTES, multipart_chunksize=16 << 20)
                self._client.upload_fileobj(stream, self.bucket, self._name(key), ExtraArgs=extra, Config=parts)
            return
        try:
            self._client.put_object(
                Bucket=self.bucket,
                Key=self._name(key),
                Body=stream,
                IfNoneMatch="*",
                ChecksumAlgorithm="SHA256",
                **self._encryption,
            )
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") not in _EXISTS:
                raise

    def get(self, key: str) -> bytes:
        for left in reversed(range(_READS)):
            try:
                return b"".join(held(key, [self._read(key)]))
            except StorageUnavailableError:  # cut off in the middle, which the client does not try again by itself
                if not left:
                    raise
        raise AssertionError

    @_named_errors
    def open(self, key: str, chunk: int = 1 << 20) -> Iterator[bytes]:
        return held(key, self._pieces(key, self._fetch(key), chunk))

    @_named_errors
    def exists(self, key: str) -> bool:
        try:
            self._client.head_object(Bucket=self.bucket, Key=self._name(key))
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") in _MISSING:
                return False
            raise
        return True

    @_named_errors
    def delete(self, key: str) -> None:
        self._client.delete_object(Bucket=self.bucket, Key=self._name(key))

    @_named_errors
    def link(self, key: str, name: str, media_type: str, seconds: int = LINK_SECONDS) -> str | None:
        if self._signer is None:
            return None
        wanted = {
            "Bucket": self.bucket,
            "Key": self._name(key),
            "ResponseContentDisposition": f'attachment; filename="{name}"',
            "ResponseContentType": media_type,
            "ResponseCacheControl": "private, no-store",
        }
        return self._signer.generate_presigned_url("get_object", Params=wanted, ExpiresIn=seconds)

    @_each_named
    def keys(self, prefix: str) -> Iterator[str]:
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=self.prefix + prefix)
        for page in pages:
            for item in page.get("Contents", []):
                yield item["Key"].removeprefix(self.prefix)

    @_named_errors
    def _read(self, key: str) -> bytes:
        return self._fetch(key).read()

    @_each_named
    def _pieces(self, key: str, body: Any, chunk: int) -> Iterator[bytes]:
        yield from body.iter_chunks(chunk)

    def _fetch(self, key: str) -> Any:
        return self._client.get_object(Bucket=self.bucket, Key=self._name(key), ChecksumMode="ENABLED")["Body"]

    def _name(self, key: str) -> str:
        return self.prefix + checked(key)


def _client(endpoint: str | None, region: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=region,
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": "path"},
            # SeaweedFS answers 500 for some seconds after a restart, until its volumes have registered.
            retries={"mode": "standard", "total_max_attempts": 8},
            connect_timeout=5,
            read_timeout=30,
            request_checksum_calculation="when_supported",
            response_checksum_validation="when_supported",
        ),
    )
