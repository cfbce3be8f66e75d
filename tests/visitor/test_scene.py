import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from simbench.site.snapshot import Element
from simbench.visitor.scene import HitGrid


def box(i: int, x: float, y: float, w: float, h: float) -> Element:
    return Element(
        target=f"#e{i}", tag="div", role="", text="", words=0, href=None, x=x, y=y, w=w, h=h, z=i, fixed=False,
        cursor="auto", focusable=False, interactive=False, interactive_ancestor=None, hit=True, kind="box",
        container=None,
    )  # fmt: skip


side = st.integers(0, 40)
boxes = st.lists(st.tuples(side, side, side, side), max_size=12)


@settings(max_examples=150, deadline=None)
@given(boxes, st.lists(st.tuples(st.integers(-3, 90), st.integers(-3, 90)), min_size=1, max_size=30))
def test_the_grid_finds_what_is_painted_last(sides: list[tuple[int, int, int, int]], points: list[tuple[int, int]]):
    elements = tuple(box(i, *map(float, s)) for i, s in enumerate(sides))
    grid = HitGrid(elements, range(len(elements)))

    def painted_last(x: float, y: float) -> int:
        inside = [i for i, e in enumerate(elements) if e.x <= x < e.x + e.w and e.y <= y < e.y + e.h]
        return max(inside, default=-1)

    expected = [painted_last(x, y) for x, y in points]
    assert [grid.at(x, y) for x, y in points] == expected
    xs, ys = (np.array(column, float) for column in zip(*points, strict=True))
    assert grid.at_many(xs, ys).tolist() == expected
