"""What a person does with a form: chooses, ticks, writes, presses."""
from __future__ import annotations


def choose(page, name, value):
    """From a select box, by its words or by its value."""
    page.locator(f"select[name='{name}']").select_option(value)


def pick(page, name, value):
    """A radio button or a check box, by pressing its label."""
    id = page.locator(f"input[name='{name}'][value='{value}']").get_attribute("id")
    page.locator(f"label[for='{id}']").click()


def write(page, **words):
    for name, said in words.items():
        page.locator(f"main [name='{name}']").fill(said)


def day(page, name, date):
    """Into the three boxes of a date."""
    choose(page, f"{name}-month", str(date.month))
    write(page, **{f"{name}-day": str(date.day), f"{name}-year": str(date.year)})


def press(page, words):
    page.get_by_role("main").get_by_role("button", name=words).first.click()


def follow(page, words):
    page.get_by_role("main").get_by_role("link", name=words).first.click()


def told(page, words):
    """The product says that it was done."""
    page.locator(".usa-alert--success", has_text=words).wait_for()
