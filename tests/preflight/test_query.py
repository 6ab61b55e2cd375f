"""Questions: answered once, shared where the inputs that were read are equal, and nowhere else."""

from haechi.preflight.query import Inquiry, Shelf, question


class Arithmetic(Inquiry):
    """Two numbers and what is asked of them."""

    def __init__(self, a: int, b: int, shelf: Shelf | None = None) -> None:
        super().__init__(shelf)
        self.inputs = {"a": a, "b": b}
        self.computed: list[str] = []

    def fingerprint(self, name: str) -> str:
        return str(self.inputs[name])

    def read(self, name: str) -> int:
        self.note(name)
        return self.inputs[name]

    @question
    def double(self) -> int:
        """Reads a."""
        self.computed.append("double")
        return 2 * self.read("a")

    @question
    def total(self) -> int:
        """Reads a by way of `double`, and b."""
        self.computed.append("total")
        return self.double + self.read("b")

    @question
    def sign(self) -> int:
        """Reads b only where a is positive."""
        self.computed.append("sign")
        return self.read("b") if self.read("a") > 0 else 0


def test_an_answer_is_computed_once() -> None:
    asked = Arithmetic(1, 2)
    assert [asked.total, asked.total, asked.double] == [4, 4, 2]
    assert asked.computed == ["total", "double"]


def test_an_answer_is_shared_where_what_it_read_is_equal() -> None:
    shelf = Shelf()
    assert Arithmetic(1, 2, shelf).total == 4
    other = Arithmetic(1, 9, shelf)
    assert other.double == 2
    assert other.computed == []
    assert other.total == 11
    assert other.computed == ["total"]


def test_what_an_inner_question_read_counts_for_the_outer_one() -> None:
    shelf = Shelf()
    assert Arithmetic(1, 2, shelf).total == 4
    assert Arithmetic(5, 2, shelf).total == 12
    same = Arithmetic(5, 2, shelf)
    assert same.total == 12
    assert same.computed == []


def test_an_inner_answer_from_the_shelf_counts_for_the_outer_one() -> None:
    shelf = Shelf()
    assert Arithmetic(1, 2, shelf).double == 2
    assert Arithmetic(1, 2, shelf).total == 4
    assert Arithmetic(3, 2, shelf).total == 8


def test_inputs_that_are_read_only_sometimes() -> None:
    shelf = Shelf()
    assert Arithmetic(-1, 7, shelf).sign == 0
    unread = Arithmetic(-1, 8, shelf)
    assert (unread.sign, unread.computed) == (0, [])
    assert Arithmetic(1, 7, shelf).sign == 7
    assert Arithmetic(1, 8, shelf).sign == 8
    both = Arithmetic(1, 7, shelf)
    assert (both.sign, both.computed) == (7, [])


def test_without_a_shared_shelf_nothing_is_shared() -> None:
    assert Arithmetic(1, 2).total == 4
    alone = Arithmetic(1, 2)
    assert (alone.total, alone.computed) == (4, ["total", "double"])
