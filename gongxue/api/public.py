"""The public certificate query in the description of the API: it is answered in front of it, but programs ask it too."""

from __future__ import annotations

from typing import Any

from gongxue.certificates.lane import FIELDS, QUERY_PATH

_TITLES = {"name": "姓名", "id_number": "身份证号，18 位", "number": "证书编号，15 位"}
_RESPONSES = {
    "200": "查到与查不到都是 200，看 found；查到的证书在 certificates 里，不含身份证号。",
    "401": "密钥无效。",
    "403": "密钥已停用或已到期。",
    "422": "不足两项，或内容不能识别。",
    "429": "查询未果次数较多，或密钥当日次数用完；Retry-After 给出秒数。",
}


def described(schema: Any) -> Any:
    """The schema with the query in it: open to everybody, with a key for the programs of employers."""
    words = "以姓名、身份证号、证书编号中的任意两项查询证书（MG 18.2）。持密钥的单位按密钥计数，不受访客次数限制。"
    properties = {name: {"type": "string", "title": _TITLES[name]} for name in FIELDS}
    operation = {
        "operationId": "query_certificates",
        "summary": "查询证书",
        "description": words,
        "tags": ["public"],
        "security": [{}, {"query_key": []}],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object", "properties": properties}}},
        },
        "responses": {status: {"description": says} for status, says in _RESPONSES.items()},
    }
    schemes = schema["components"].get("securitySchemes", {})
    key = {"type": "http", "scheme": "bearer", "description": "部指导中心或省级管理部门发放的查询密钥 gxq_…"}
    return {
        **schema,
        "paths": {**schema["paths"], QUERY_PATH: {"post": operation}},
        "components": {**schema["components"], "securitySchemes": {**schemes, "query_key": key}},
    }
