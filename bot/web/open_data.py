"""Gives the open data to whoever asks: CSV, JSON, their dictionary, and a page that explains them. Changes nothing."""

import io
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from bot import cells
from bot.cells import Cell
from bot.web import datasets
from bot.web.datasets import Asked, Dataset
from bot.web.events import EventParts

OPEN_TO_ALL = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "public, max-age=300",
    "Vary": "Accept-Language",
}


def routes(parts: EventParts) -> list[BaseRoute]:
    """Give ``/open-data``, its dictionary, and each table as CSV and as JSON."""

    async def page(request: Request) -> Response:
        response = parts.public.pages.render(
            request,
            "open_data.html",
            datasets=datasets.shown(parts.public.programme()),
            address=parts.address or str(request.base_url)[:-1],
        )
        parts.public.visits.note(request)
        return response

    async def dictionary(request: Request) -> Response:
        return JSONResponse(datasets.package(_asked(parts, request)), headers=OPEN_TO_ALL)

    async def as_csv(request: Request) -> Response:
        dataset, asked, rows = await _find(parts, request)
        written = io.StringIO(newline="")
        header = [column.name for column in dataset.columns]
        cells.write(written, header, rows, marked=request.query_params.get("bom") == "1")
        return Response(written.getvalue(), headers=_headers(dataset, asked), media_type="text/csv; charset=utf-8")

    async def as_json(request: Request) -> Response:
        dataset, asked, rows = await _find(parts, request)
        return JSONResponse(datasets.document(dataset, rows, asked), headers=OPEN_TO_ALL)

    return [
        Route("/open-data", page),
        Route("/open-data/datapackage.json", dictionary),
        Route("/open-data/{name}.csv", as_csv),
        Route("/open-data/{name}.json", as_json),
    ]


def _asked(parts: EventParts, request: Request) -> Asked:
    _, words = parts.words(request)
    return Asked(parts.public.programme(), words, parts.public.clock.now(), parts.address)


async def _find(parts: EventParts, request: Request) -> tuple[Dataset, Asked, list[tuple[Cell, ...]]]:
    """Find the table that an address names, with its rows."""
    asked = _asked(parts, request)
    dataset = datasets.find(asked.programme, request.path_params["name"])
    if dataset is None:
        raise HTTPException(404)
    return dataset, asked, await parts.public.read(lambda connection: list(dataset.rows(connection, asked)))


def _headers(dataset: Dataset, asked: Asked) -> dict[str, str]:
    page = asked.programme.city.data_licence_page
    licence = {"Link": f'<{quote(page, safe=":/?=&#%")}>; rel="license"'} if page else {}
    return {**OPEN_TO_ALL, **licence, "Content-Disposition": f'attachment; filename="{dataset.name}.csv"'}
