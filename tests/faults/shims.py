"""The .c files here, built, to be LD_PRELOADed into the server."""
import os
import subprocess

from fixtures.server import logs_folder

HERE = os.path.dirname(os.path.realpath(__file__))


def build(name):
    """The path of the built NAME.c."""
    built = os.path.join(logs_folder(), name + '.so')
    subprocess.run(['cc', '-shared', '-fPIC', '-O1', '-Wall', '-o', built, os.path.join(HERE, name + '.c'), '-ldl'], check=True)
    return built


def preload(*names):
    """The environment that has them all, the first one outermost."""
    return {'LD_PRELOAD': ':'.join(build(name) for name in names)}
