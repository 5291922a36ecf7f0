"""Runs a command and tells its end as one TAP test:  tap.py NAME COMMAND..."""
import subprocess
import sys

name, command = sys.argv[1], sys.argv[2:]
status = subprocess.run(command, check=False).returncode
sys.stdout.flush()
print(f'ok {name}' if status == 0 else f'not ok {name}: status {status}')
sys.exit(status != 0)
