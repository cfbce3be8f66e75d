"""The DOM follows snapshots and mutations, and selectors follow the DOM."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rrweb_samples import add, document, el, mutation, words

from simbench.events.codecs.rrweb.checks import Malformed
from simbench.events.codecs.rrweb.dom import Changes, Dom
from simbench.events.codecs.rrweb.selector import Selectors, css_escape
from simbench.events.codecs.rrweb.tree import DEPTH_LIMIT, Subtree


class Page:
    """A DOM with its selectors."""

    def __init__(self, *body: Any) -> None:
        self.dom = Dom()
        self.dom.replace(Subtree.read(document(*body)))
        self.selectors = Selectors(self.dom)

    def mutate(self, **change: Any) -> Changes:
        return self.dom.mutate(mutation(0, **change)["data"])

    def selector(self, identity: int) -> str | None:
        node = self.dom.node(identity)
        if node is None:
            return None
        found = self.selectors.of(node)
        # The walk over all elements must agree with the way up from one.
        assert {element.id: path for element, path in self.selectors.all()}[identity] == found
        return found

    def order(self, identity: int) -> list[int]:
        node = self.dom.node(identity)
        assert node is not None
        return [child.id for child in node.children()]


def items(*identities: int) -> list[dict[str, Any]]:
    return [el("li", identity) for identity in identities]


class TestSelectors:
    def test_without_ids_the_path_starts_at_html(self) -> None:
        page = Page(el("div", 10, el("p", 11), el("p", 12)), el("div", 13))
        assert page.selector(3) == "html"
        assert page.selector(5) == "html > body:nth-of-type(1)"
        assert page.selector(12) == "html > body:nth-of-type(1) > div:nth-of-type(1) > p:nth-of-type(2)"
        assert page.selector(13) == "html > body:nth-of-type(1) > div:nth-of-type(2)"

    def test_the_nearest_unique_id_is_the_anchor(self) -> None:
        page = Page(el("div", 10, el("ul", 11, *items(12, 13), id="inner"), id="outer"))
        assert page.selector(13) == "#inner > li:nth-of-type(2)"
        assert page.selector(11) == "#inner"

    def test_an_id_that_occurs_twice_anchors_nothing(self) -> None:
        page = Page(el("div", 10, el("b", 11, id="x"), id="top"), el("b", 12, id="x"))
        assert page.selector(11) == "#top > b:nth-of-type(1)"
        page.mutate(removes=[{"parentId": 5, "id": 12}])
        assert page.selector(11) == "#x"
        page.mutate(adds=[add(5, el("i", 14, id="x"))])
        assert page.selector(11) == "#top > b:nth-of-type(1)"
        page.mutate(attributes=[{"id": 14, "attributes": {"id": "y"}}])
        assert (page.selector(11), page.selector(14)) == ("#x", "#y")
        page.mutate(attributes=[{"id": 11, "attributes": {"id": None}}, {"id": 10, "attributes": {"id": ""}}])
        assert page.selector(11) == "html > body:nth-of-type(1) > div:nth-of-type(1) > b:nth-of-type(1)"

    def test_html_itself_may_have_an_id(self) -> None:
        page = Page(el("p", 10))
        page.mutate(attributes=[{"id": 3, "attributes": {"id": "root"}}])
        assert page.selector(3) == "#root"
        assert page.selector(10) == "#root > body:nth-of-type(1) > p:nth-of-type(1)"

    def test_classes_never_show_and_tags_are_lower_case(self) -> None:
        page = Page(el("linearGradient", 10, class_="a b"))
        assert page.selector(10) == "html > body:nth-of-type(1) > lineargradient:nth-of-type(1)"

    def test_inside_a_shadow_root_ids_and_positions_count_there_alone(self) -> None:
        inside = [el("p", 21, shadow=True), el("p", 22, el("b", 23, id="x"), shadow=True)]
        page = Page(el("b", 10, id="x"), el("my-card", 20, el("p", 30), *inside))
        host = "html > body:nth-of-type(1) > my-card:nth-of-type(1)"
        assert page.selector(22) == f"{host} >>> p:nth-of-type(2)"
        assert page.selector(23) == f"{host} >>> #x"
        assert page.selector(10) == "#x"
        assert page.selector(30) == f"{host} > p:nth-of-type(1)"
        assert page.order(20) == [30]

    def test_shadow_roots_nest(self) -> None:
        page = Page(el("a-a", 10, el("b-b", 11, el("i", 12, shadow=True), shadow=True), id="host"))
        assert page.selector(12) == "#host >>> b-b:nth-of-type(1) >>> i:nth-of-type(1)"

    def test_an_inner_document_is_named_through_its_iframe(self) -> None:
        page = Page(el("iframe", 10), el("b", 11, id="x"))
        inner = document(el("b", 110, id="x"), el("p", 111), identity=101)
        page.mutate(adds=[add(10, inner)], isAttachIframe=True)
        frame = "html > body:nth-of-type(1) > iframe:nth-of-type(1)"
        assert page.selector(110) == f"{frame} >>> #x"
        assert page.selector(111) == f"{frame} >>> html > body:nth-of-type(1) > p:nth-of-type(1)"
        assert page.selector(103) == f"{frame} >>> html"
        assert page.selector(11) == "#x"

    @pytest.mark.parametrize(
        ("identity", "escaped"),
        [
            ("total", "total"), ("2nd", "\\32 nd"), ("-2nd", "-\\32 nd"), ("-", "\\-"), ("--x", "--x"),
            ("a.b:c", "a\\.b\\:c"), ("a b", "a\\ b"), ("ünï", "ünï"), ("a\nb", "a\\a b"), ("\x00", "\ufffd"),
            ("\x7f", "\\7f "), ("a]\"'", "a\\]\\\"\\'"),
            ("_x9", "_x9"), ("²", "²"),
        ],
    )  # fmt: skip
    def test_escapes_are_those_of_cssom(self, identity: str, escaped: str) -> None:
        assert css_escape(identity) == escaped


class TestMutations:
    def test_adds_stand_before_their_next_sibling_whatever_the_order_of_the_list(self) -> None:
        page = Page(el("ul", 10, *items(11, 12)))
        change = page.mutate(adds=[add(10, el("li", 22), 23), add(10, el("li", 21), 11), add(10, el("li", 23), None)])
        assert page.order(10) == [21, 11, 12, 22, 23]
        assert (change.count, change.kind) == (3, "childList")
        assert page.selector(12) == "html > body:nth-of-type(1) > ul:nth-of-type(1) > li:nth-of-type(3)"

    def test_children_may_come_before_their_parents(self) -> None:
        page = Page(el("div", 10))
        page.mutate(adds=[add(21, el("b", 22)), add(20, el("p", 21)), add(10, el("section", 20))])
        assert page.selector(22) is not None
        assert page.selector(22).endswith("section:nth-of-type(1) > p:nth-of-type(1) > b:nth-of-type(1)")  # type: ignore[union-attr]
        assert not page.dom.problems

    def test_a_move_is_a_remove_and_an_add_of_the_same_id(self) -> None:
        page = Page(el("ul", 10, *items(11, 12, 13)), el("ol", 20))
        page.mutate(removes=[{"parentId": 10, "id": 11}], adds=[add(20, el("li", 11))])
        assert (page.order(10), page.order(20)) == ([12, 13], [11])
        page.mutate(adds=[add(10, el("li", 11), 13)])  # even without the remove it stands in one place only
        assert (page.order(10), page.order(20)) == ([12, 11, 13], [])

    def test_removing_takes_all_below_out(self) -> None:
        page = Page(el("div", 10, el("p", 11, words("hello", 12), id="x")), el("p", 13, id="x"))
        change = page.mutate(removes=[{"parentId": 5, "id": 10}])
        assert [page.dom.node(identity) for identity in (10, 11, 12)] == [None, None, None]
        assert page.selector(13) == "#x"
        assert change.count == 1
        assert [node.id for node in change.touched] == [5]

    def test_previous_sibling_of_the_old_format(self) -> None:
        page = Page(el("ul", 10, *items(11, 12)))
        page.mutate(adds=[add(10, el("li", 21), None, previousId=11)])
        assert page.order(10) == [11, 21, 12]
        page.mutate(adds=[add(10, el("li", 22), None, previousId=12)])
        page.mutate(adds=[add(10, el("li", 23), -1, previousId=-1)])
        assert page.order(10) == [11, 21, 12, 22, 23]

    def test_a_next_sibling_that_never_comes_leaves_the_end_of_the_parent(self) -> None:
        page = Page(el("ul", 10, *items(11)))
        page.mutate(adds=[add(10, el("li", 21), 999), add(21, el("b", 22)), add(10, el("li", 23), 21)])
        assert page.order(10) == [11, 23, 21]
        assert page.selector(22) is not None
        assert page.dom.problems == {"the next sibling of an added node is not there": 1}

    def test_a_next_sibling_elsewhere_does_not_count(self) -> None:
        page = Page(el("ul", 10, *items(11)), el("ol", 20, *items(21)))
        page.mutate(adds=[add(10, el("li", 30), 21)])
        assert (page.order(10), page.order(20)) == ([11, 30], [21])

    def test_unknown_nodes_are_counted_and_the_rest_applied(self) -> None:
        page = Page(el("p", 10, words("old", 11)))
        change = page.mutate(
            removes=[{"parentId": 10, "id": 99}],
            adds=[add(98, el("b", 97)), add(10, el("i", 12))],
            texts=[{"id": 96, "value": "x"}, {"id": 11, "value": "new"}],
            attributes=[{"id": 95, "attributes": {"id": "x"}}, {"id": 11, "attributes": {"id": "on a text"}}],
        )
        assert page.order(10) == [11, 12]
        assert page.dom.node(11).text == "new"  # type: ignore[union-attr]
        assert sum(page.dom.problems.values()) == 5
        assert change.count == 2

    @pytest.mark.parametrize(
        "node", [el("p", 11), el("p", 10), el("p", 5), el("div", 60, el("p", 3)), document(identity=1)]
    )
    def test_a_node_cannot_come_to_lie_inside_itself(self, node: dict[str, Any]) -> None:
        page = Page(el("div", 10, el("div", 11)))
        change = page.mutate(adds=[add(11, node)])
        assert change.count == 0
        assert page.dom.problems == {"an added node would lie inside itself": 1}
        assert page.order(10) == [11]

    def test_two_that_wait_for_each_other_never_come(self) -> None:
        page = Page(el("div", 10))
        page.mutate(adds=[add(21, el("b", 20)), add(20, el("b", 21))])
        assert page.order(10) == []
        assert sum(page.dom.problems.values()) == 2
        page.mutate(adds=[add(10, el("b", 30), 31), add(10, el("b", 31), 30)])
        assert sorted(page.order(10)) == [30, 31]

    def test_a_text_cannot_have_children(self) -> None:
        page = Page(el("p", 10, words("x", 11)))
        page.mutate(adds=[add(11, el("b", 12))])
        assert page.dom.problems == {"the parent of an added node cannot have children": 1}

    def test_shadow_children_are_added_and_removed_in_the_shadow(self) -> None:
        page = Page(el("my-card", 10, el("p", 11)))
        page.mutate(adds=[add(10, el("b", 21, shadow=True)), add(10, el("b", 20, shadow=True), 21)])
        assert page.order(10) == [11]
        host = "html > body:nth-of-type(1) > my-card:nth-of-type(1)"
        assert page.selector(21) == f"{host} >>> b:nth-of-type(2)"
        change = page.mutate(removes=[{"parentId": 10, "id": 20, "isShadow": True}])
        assert page.selector(21) == f"{host} >>> b:nth-of-type(1)"
        assert [node.id for node in change.touched] == [10]

    def test_a_second_document_takes_the_place_of_the_first_in_an_iframe(self) -> None:
        page = Page(el("iframe", 10))
        page.mutate(adds=[add(10, document(el("p", 110), identity=101))])
        page.mutate(adds=[add(10, document(el("p", 210), identity=201))])
        assert page.order(10) == [201]
        assert page.dom.node(110) is None

    def test_an_inner_document_may_come_before_its_iframe(self) -> None:
        page = Page(el("div", 10))
        page.mutate(adds=[add(20, document(el("p", 110), identity=101))])
        assert not page.dom.problems
        page.mutate(adds=[add(10, el("iframe", 20))])
        assert page.selector(110) is not None
        assert " >>> html" in page.selector(110)  # type: ignore[operator]

    def test_a_new_root_element_takes_the_place_of_the_old(self) -> None:
        page = Page(el("p", 10))
        page.mutate(adds=[add(1, el("html", 50, el("body", 51)))])
        assert page.order(1) == [2, 50]
        assert page.selector(51) == "html > body:nth-of-type(1)"

    def test_texts_and_attributes_say_so(self) -> None:
        page = Page(el("p", 10, words("a", 11)))
        assert page.mutate(texts=[{"id": 11, "value": None}]).kind == "characterData"
        change = page.mutate(attributes=[{"id": 10, "attributes": {"style": {"top": "1px"}, "class": "x"}}])
        assert (change.kind, change.count) == ("attributes", 1)

    @pytest.mark.parametrize(
        "change",
        [
            {"adds": [{"parentId": 10}]},
            {"adds": [{"parentId": 10, "nextId": None, "node": {"type": 2, "id": 20}}]},
            {"adds": [{"parentId": "10", "nextId": None, "node": el("p", 20)}]},
            {"adds": [add(10, {"type": 9, "id": 20})]},
            {"adds": [add(10, el("p", 20, el("p", 20)))]},
            {"adds": [add(10, el("p", -1))]},
            {"adds": [add(10, el("<p>", 20))]},
            {"adds": [add(10, {"type": 3, "id": 20, "textContent": 5})]},
            {"adds": [add(10, {"type": 3, "id": 20, "textContent": "x", "childNodes": [el("p", 21)]})]},
            {"adds": [add(10, el("p", 20, id={"a": 1}))]},
            {"adds": [None]},
            {"removes": [{"parentId": 10}]},
            {"removes": ["x"]},
            {"texts": [{"id": 11, "value": 5}]},
            {"attributes": [{"id": 10, "attributes": []}]},
            {"attributes": [{"id": True, "attributes": {}}]},
        ],
    )
    def test_a_malformed_mutation_changes_nothing(self, change: dict[str, Any]) -> None:
        page = Page(el("p", 10, words("a", 11)), el("i", 12))
        change.setdefault("removes", []).insert(0, {"parentId": 5, "id": 12})
        with pytest.raises(Malformed):
            page.mutate(**change)
        assert page.order(5) == [10, 12]

    def test_lists_that_are_no_lists_are_malformed(self) -> None:
        page = Page()
        with pytest.raises(Malformed, match="adds is not a list"):
            page.dom.mutate({"adds": {"length": 3}})

    def test_the_tree_has_a_floor(self) -> None:
        deep = el("b", 100_000)
        for identity in range(100_001, 100_000 + DEPTH_LIMIT + 1):
            deep = {**el("b", identity), "childNodes": [deep]}
        with pytest.raises(Malformed, match="deep"):
            Subtree.read(deep)
        page = Page(el("b", 10))
        below = 10
        for identity in range(20, 20 + DEPTH_LIMIT):
            page.mutate(adds=[add(below, el("b", identity))])
            below = identity
        assert page.dom.problems[f"an added node would lie more than {DEPTH_LIMIT} deep"] > 0
        page.selector(20 + DEPTH_LIMIT - 100)


class TestSnapshots:
    def test_only_a_document_can_be_one(self) -> None:
        with pytest.raises(Malformed, match="not a document"):
            Dom().replace(Subtree.read(el("html", 1)))

    def seen_again(self, page: Page, *body: Any, moved: bool = False) -> bool:
        return page.dom.is_seen_again(Subtree.read(document(*body)), moved=moved)

    def test_the_first_is_no_second_look(self) -> None:
        assert not Dom().is_seen_again(Subtree.read(document()), moved=False)

    @pytest.mark.parametrize("moved", [False, True])
    def test_a_second_look_keeps_ids_in_an_order_that_no_first_look_has(self, moved: bool) -> None:
        page = Page(*(el("p", identity) for identity in range(10, 30)))
        page.mutate(adds=[add(5, el("iframe", 40), 10), add(40, document(identity=101)), add(5, el("p", 41), 12)])
        now = [el("iframe", 40), el("p", 10), el("p", 11), el("p", 41), *(el("p", i) for i in range(12, 30))]
        assert self.seen_again(page, *now, moved=moved)
        # Another document that a recorder has watched for a while.
        assert not self.seen_again(page, *(el("i", i) for i in range(60, 9, -1)), moved=moved)

    def test_two_pages_of_one_template_are_two_documents(self) -> None:
        head = [el("p", 10 + 2 * n, words("menu", 11 + 2 * n)) for n in range(100)]
        page = Page(*head, el("h1", 300, words("Lamp", 301)))
        assert self.seen_again(page, *head, el("h1", 300, words("Lamp", 301)), moved=True)
        assert not self.seen_again(page, *head, el("h1", 300, words("Chair", 301)), moved=True)

    def test_at_one_address_a_little_may_differ(self) -> None:
        head = [el("p", 10 + 2 * n, words("menu", 11 + 2 * n)) for n in range(100)]
        page = Page(*head, el("style", 300, words("a {}", 301)))
        assert self.seen_again(page, *head, el("style", 300, words("", 301)), moved=True)
        assert self.seen_again(page, *head[:-2], el("style", 300, words("", 301)))
        assert not self.seen_again(page, *head[:-20], el("style", 300, words("", 301)))

    def test_shadow_roots_are_numbered_after_the_children(self) -> None:
        host = el("my-card", 10, el("p", 11), el("b", 12, shadow=True))
        assert Subtree.read(document(host)).is_numbered_afresh()
        host = el("my-card", 10, el("b", 11, shadow=True), el("p", 12))
        assert not Subtree.read(document(host)).is_numbered_afresh()


@st.composite
def trees(draw: st.DrawFn) -> tuple[list[tuple[int, int, str]], list[int]]:
    """Nodes 20, 21, ... as (id, parent, tag) in document order, and a shuffled order in which they are told."""
    size = draw(st.integers(1, 12))
    parents = [draw(st.integers(0, index)) for index in range(size)]
    tags = [draw(st.sampled_from("pib")) for _ in range(size)]
    nodes = [(20 + index, 10 if parent == 0 else 19 + parent, tags[index]) for index, parent in enumerate(parents)]
    return nodes, draw(st.permutations(range(size)))


@given(trees())
@settings(max_examples=200, deadline=None)
def test_adds_in_any_order_make_the_same_tree(case: tuple[list[tuple[int, int, str]], list[int]]) -> None:
    nodes, order = case
    page = Page(el("div", 10))
    following = {}
    for identity, parent, _ in reversed(nodes):
        following[identity] = next((other for other, above, _ in nodes if above == parent and other > identity), None)
    page.mutate(adds=[add(nodes[at][1], el(nodes[at][2], nodes[at][0]), following[nodes[at][0]]) for at in order])
    assert not page.dom.problems
    tags = {identity: tag for identity, _, tag in nodes}
    above = {identity: parent for identity, parent, _ in nodes}

    def brute_force(identity: int) -> str:
        if identity == 10:
            return "html > body:nth-of-type(1) > div:nth-of-type(1)"
        siblings = [other for other in above if above[other] == above[identity] and tags[other] == tags[identity]]
        place = sorted(siblings).index(identity) + 1
        return f"{brute_force(above[identity])} > {tags[identity]}:nth-of-type({place})"

    for identity, _, _ in nodes:
        assert page.selector(identity) == brute_force(identity)
