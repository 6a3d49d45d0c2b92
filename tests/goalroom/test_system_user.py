import os
import pwd
import shutil
import subprocess
import sys

import pytest

USERADD, USERDEL = (shutil.which(tool, path=os.defpath + ":/usr/sbin:/sbin") for tool in ("useradd", "userdel"))
PROCESSES = 6


@pytest.mark.skipif(os.geteuid() != 0 or not (USERADD and USERDEL), reason="only root makes system users")
def test_processes_that_create_the_system_user_at_once_agree_on_its_id() -> None:
    name = f"goalroom-{os.getpid()}"
    program = (
        "from goalroom.postgres.data_dir import system_user\n"
        f"print('ready', flush=True); input(); print(system_user({name!r}).uid)"
    )
    processes = [
        subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own code
        for _ in range(PROCESSES)
    ]
    try:
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        said = [process.communicate(timeout=60)[0].strip() for process in processes]

        assert said == [str(pwd.getpwnam(name).pw_uid)] * PROCESSES
    finally:
        for process in processes:
            process.kill()
            process.wait()
        subprocess.run([str(USERDEL), name], check=False, capture_output=True)  # noqa: S603  # a system tool
