"""The table of steps: a line's words, and the method that they mean."""
import re

STEPS = []


def step(words):
    """Makes a method the meaning of a line; groups become its arguments."""
    def keep(method):
        STEPS.append((re.compile(words + '$'), method))
        return method
    return keep
