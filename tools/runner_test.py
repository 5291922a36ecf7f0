#!/usr/bin/python3
"""Tests of tests/run: what it counts, and that nothing that goes wrong passes. Prints TAP."""
import importlib.machinery
import importlib.util
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
_PATH = os.path.join(os.path.dirname(os.path.realpath(__file__)), '../tests/run')
_LOADER = importlib.machinery.SourceFileLoader('runner', _PATH)
runner = importlib.util.module_from_spec(importlib.util.spec_from_loader('runner', _LOADER))
_LOADER.exec_module(runner)
ROOT = runner.ROOT

NESTED = '''TAP version 13
# Subtest: /x/jid.test.mjs
    # Subtest: parses
    ok 1 - parses
      ---
      duration_ms: 1
      not ok inside yaml
      ...
    # Subtest: group
        ok 1 - a
        not ok 2 - b
          ---
          error: 'ok'
          ...
        1..2
    not ok 2 - group
    1..2
not ok 1 - /x/jid.test.mjs
ok 2 - flat # SKIP no browser
1..2
# tests 5
'''
GTEST = '''<testsuites><testsuite name="Jid">
<testcase name="A" status="run" result="completed" classname="Jid"/>
<testcase name="B" status="run" result="completed" classname="Jid"><failure message="no"/></testcase>
<testcase name="C" status="notrun" result="suppressed" classname="Jid"/>
<testcase name="D" status="run" result="skipped" classname="Jid"><skipped message="later"/></testcase>
</testsuite></testsuites>'''
JUNIT = '''<testsuite>
<testcase name="xmpp" status="fail"/><testcase name="jid_fuzz" status="run"/><testcase name="xml" status="fail"/>
</testsuite>'''


def counted(text):
    count = runner.count_tap(text)
    return count.passed, count.failed, count.skipped


def equal(got, wanted):
    assert got == wanted, f'{got} is not {wanted}'


def check_a_run_of_all_plays_scenarios_under_sanitizers_alone():
    every = {s.name for s in runner.choose([])}
    assert {'unit', 'scenarios-asan', 'scenarios-tsan'} <= every, every
    assert 'scenarios' not in every, every
    equal([s.name for s in runner.choose(['scenarios'])], ['scenarios'])
    equal({s.preset for s in runner.choose(['tsan'])}, {'tsan'})


def check_flat_tap_is_counted():
    equal(counted('ok a\nnot ok b: why\nok c # SKIP none\nnoise ok\n1..3\n'), (1, 1, 1))


def check_subtests_count_by_their_leaves():
    equal(counted(NESTED), (2, 1, 1))


def check_a_parent_that_fails_by_itself_counts():
    equal(counted('    ok 1 - inner\nnot ok 1 - hook\n'), (1, 1, 0))


def check_fewer_tests_than_planned_fail():
    equal(counted('1..3\nok a\n'), (1, 1, 0))


def check_nothing_counts_nothing():
    equal(counted('all is well\n'), (0, 0, 0))


def check_gtest_cases_are_counted_and_crashes_fail():
    with tempfile.TemporaryDirectory() as folder:
        for name, text in (('xmpp_test.xml', GTEST), ('ctest.xml', JUNIT)):
            with open(os.path.join(folder, name), 'w', encoding='utf-8') as file:
                file.write(text)
        count = runner.count_ctest(folder, os.path.join(folder, 'ctest.xml'))
        equal((count.passed, count.failed, count.skipped), (2, 2, 2))
        assert 'Jid.B' in count.why and any(w.startswith('xml:') for w in count.why), count.why


def ran(script, minutes=1):
    with tempfile.TemporaryDirectory() as folder:
        runner.LOGS = folder
        suite = runner.Suite('trial', ['sh', '-c', script], minutes=minutes)
        count = runner.run_suite(suite)
        return count.passed, count.failed, count.skipped


def check_an_exit_status_fails_a_suite_whose_tests_passed():
    equal(ran('echo ok a; exit 3'), (1, 1, 0))


def check_the_comments_of_a_failed_test_are_told():
    lines = ['not ok 1 - a', '#   nothing came', '#   in 8 s', 'ok 2 - b', '#   of b']
    equal(runner.comments_on('a', lines), ['#   nothing came', '#   in 8 s'])
    equal(runner.comments_on('b', lines), [])
    lines = ['    not ok 7 - a', '      ---', "      error: 'nothing came'", '      ...', '    ok 8 - b']
    equal(runner.comments_on('a', lines), ["error: 'nothing came'"])


def check_a_suite_without_tests_fails():
    equal(ran('true'), (0, 1, 0))


def check_a_command_that_is_not_there_fails():
    equal(ran('exec /no/such/command'), (0, 1, 0))


def check_a_suite_past_its_limit_is_stopped_with_all_it_started():
    equal(ran('echo ok a; cat /dev/zero >/dev/null & wait', minutes=0.005), (1, 1, 0))


def check_a_good_suite_passes():
    equal(ran('test -n "$TEAHOUSE_BINARY" && test -d "$TEAHOUSE_LOGS" && echo ok a'), (1, 0, 0))


def built(script, *presets):
    """What Builds says of each preset, and which was begun by then; script/build is what is given."""
    with tempfile.TemporaryDirectory() as folder:
        os.mkdir(f'{folder}/script')
        with open(f'{folder}/script/build', 'w', encoding='utf-8') as file:
            file.write(f'#!/bin/sh\n{script}\n')
        os.chmod(f'{folder}/script/build', 0o755)
        runner.ROOT = runner.LOGS = folder
        builds = runner.Builds([runner.Suite(f'of {p}', ['true'], preset=p) for p in presets])
        told = []
        for preset in presets:
            wrong = builds.finish(preset)
            told.append((wrong, builds.begun and builds.begun[0]))
        runner.ROOT = ROOT
        with open(f'{folder}/built', encoding='utf-8') as file:
            return told, file.read().split()


def check_a_build_begins_when_the_one_before_has_ended():
    equal(built('echo "$1" >>built', 'asan', 'release', 'tsan'),
          ([('', 'release'), ('', 'tsan'), ('', None)], ['asan', 'release', 'tsan']))


def check_a_build_that_fails_is_told_and_the_next_goes_on():
    told, order = built('echo "$1" >>built; test "$1" != asan', 'asan', 'release')
    assert 'status 1' in told[0][0] and told[1][0] == '', told
    equal(order, ['asan', 'release'])


def state_of(process):
    with open(f'/proc/{process.pid}/stat', encoding='utf-8') as file:
        return file.read().rsplit(')', 1)[1].split()[0]


def check_a_build_stands_still_while_a_suite_runs_that_wants_no_company():
    builds = runner.Builds([])
    with builds.held():
        pass  # there is none
    process = subprocess.Popen(['sleep', '600'], start_new_session=True)
    builds.begun = 'tsan', process
    try:
        with builds.held():
            while state_of(process) != 'T':
                pass
        while state_of(process) == 'T':
            pass
    finally:
        runner.stop_group(process)
    with builds.held():
        pass  # it has ended


def check_an_unknown_suite_is_refused():
    try:
        runner.choose(['no-such-suite'])
    except SystemExit as refused:
        assert 'no-such-suite' in str(refused), refused
    else:
        raise AssertionError('it was taken')


def check_scenarios_are_shared_where_all_suites_run():
    def commands(*names):
        return {s.name: s.command for s in runner.choose(list(names)) if s.name.startswith('scenarios')}
    alone = ['tests/scenarios/run']
    equal(commands(), {'scenarios-asan': [*alone, '--share', '1/2'], 'scenarios-tsan': [*alone, '--share', '2/2']})
    equal(commands('scenarios-asan', 'tsan'), {'scenarios-asan': alone, 'scenarios-tsan': alone})


def main():
    checks = [(n, c) for n, c in sorted(globals().items()) if n.startswith('check_')]
    failed = 0
    out, sys.stdout = sys.stdout, open(os.devnull, 'w', encoding='utf-8')  # the runner shows the failures asked for
    for name, check in checks:
        try:
            check()
            print('ok ' + name[len('check_'):].replace('_', ' '), file=out, flush=True)
        except Exception as error:  # a test's failure of any kind is told and counted
            failed += 1
            print(f'not ok {name}: {type(error).__name__}: {error}', file=out, flush=True)
    print(f'1..{len(checks)}', file=out)
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main())
