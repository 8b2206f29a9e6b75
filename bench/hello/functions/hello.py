"""The yardstick: what a FastAPI function on Lambda is at the least, written as everybody would."""

from fastapi import FastAPI
from mangum import Mangum

app = FastAPI()


@app.get("/api/hello")
async def hello() -> dict[str, str]:
    """Says hello."""
    return {"hello": "world"}


handler = Mangum(app, lifespan="off")
