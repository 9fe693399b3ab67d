"""The screening criteria through OpenFisca-core: a variable per fact and per criterion; it knows no unknown."""

from openfisca_core.entities import Entity
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable
from screening import report

PERSON = Entity("person", "persons", "", "")
DAY = "2022-10"


def variable(name, kind, formula=None):
    """A monthly variable; `formula` gets a function that reads another one."""
    content = {"value_type": kind, "entity": PERSON, "definition_period": DateUnit.MONTH}
    if formula:
        content["formula"] = lambda persons, period: formula(lambda read: persons(read, period))
    return type(name, (Variable,), content)


CRITERIA = {
    "age_in_band": lambda read: (read("birth") > 19571001) * (read("birth") <= 19871001),
    "is_active": lambda read: read("membership_active"),
    "is_female": lambda read: read("female"),
    "is_education": lambda read: read("basic_education"),
    "is_remote": lambda read: read("remote_area"),
    "is_frontline": lambda read: read("frontline"),
    "interval": lambda read: read("last_normal") <= 20191001,
}
FACTS = {
    "birth": int, "last_normal": int, "membership_active": bool, "female": bool, "basic_education": bool,
    "remote_area": bool, "frontline": bool,
}  # fmt: skip


def decide(members):
    """For each member, whether each criterion passes; a missing fact counts as nought."""
    system = TaxBenefitSystem([PERSON])
    system.add_variables(*(variable(name, kind) for name, kind in FACTS.items()))
    system.add_variables(*(variable(name, bool, formula) for name, formula in CRITERIA.items()))
    simulation = SimulationBuilder().build_default_simulation(system, count=len(members))
    for name, kind in FACTS.items():
        simulation.set_input(name, DAY, [kind(facts[name] or 0) for facts in members])
    columns = [simulation.calculate(name, DAY).tolist() for name in CRITERIA]
    return list(zip(*columns, strict=True))


report(decide, {"female": lambda facts: facts["sex"] == "female"})
