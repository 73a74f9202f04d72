"""Makes the events files that `tests/events.rs` compares with, and reads them back.

    pip install tensorboard
    python tests/golden/tfevents.py

Writes `killed.tfevents` (three steps and a validation) and `resumed.tfevents` (the same run,
gone on after its second step) with TensorBoard's own messages and record writer. Then lets
TensorBoard's reader accumulate both as one folder: no step may show twice. Made with
tensorboard 2.21.0.
"""

import shutil
import tempfile
from pathlib import Path

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

HERE = Path(__file__).parent
STARTED = 1_700_000_000


def version(seconds):
    return Event(wall_time=STARTED + seconds, file_version="brain.Event:2")


def start(seconds, step):
    log = SessionLog(status=SessionLog.START)
    return Event(wall_time=STARTED + seconds, step=step, session_log=log)


def scalars(seconds, step, values):
    values = [Summary.Value(tag=tag, simple_value=value) for tag, value in values]
    return Event(wall_time=STARTED + seconds, step=step, summary=Summary(value=values))


def write(name, events):
    with open(HERE / name, "wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString(deterministic=True))
        writer.flush()


def step(seconds, step, loss, throughput, *more):
    values = [
        ("train/loss", loss),
        ("train/learning_rate", 2e-5),
        ("train/pairs_per_second", throughput),
        *more,
    ]
    return scalars(seconds, step, values)


killed = [
    version(0.0),
    start(0.0, 0),
    step(0.5, 1, 4.25, 64.0),
    step(1.0, 2, float("nan"), 64.0),
    scalars(1.25, 2, [("validation/mAP", 0.0)]),
    step(
        3.0,
        300,
        3.5,
        16.0,
        ("train/gradient_norm", 1.5),
        ("train/loss_scale", 65536.0),
        ("train/temperature", 0.05),
        ("train/device_bytes", 6e9),
    ),
]
resumed = [version(1.0), start(1.0, 3), step(1.5, 3, 3.75, 64.0)]
write("killed.tfevents", killed)
write("resumed.tfevents", resumed)

with tempfile.TemporaryDirectory() as folder:
    for name, seconds in [("killed", 1), ("resumed", 2)]:
        target = Path(folder) / f"events.out.tfevents.{seconds}.isogloss"
        shutil.copy(HERE / f"{name}.tfevents", target)
    read = EventAccumulator(folder)
    read.Reload()
    losses = [(event.step, event.value) for event in read.Scalars("train/loss")]
    assert [step for step, _ in losses] == [1, 2, 3], losses
    assert losses[0][1] == 4.25 and losses[2][1] == 3.75, losses
    assert [event.value for event in read.Scalars("validation/mAP")] == [0.0]
    assert "train/gradient_norm" not in read.Tags()["scalars"] or not read.Scalars(
        "train/gradient_norm"
    )
    print("read back:", losses)
