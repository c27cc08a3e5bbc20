"""A28: the recorder of AWS Config does not record."""

from collections.abc import Iterator

from trailkeep.doctor import remedy, walk
from trailkeep.doctor.cause import Cause, Cost, Family
from trailkeep.doctor.verdict import Case, Fine, Fix, Found, Probe
from trailkeep.doctor.view import Spot, Subject, View


def _look(view: View, subject: Subject) -> Iterator[Case]:
    for spot, lost in walk.spots(view, subject, "config"):
        recorder = spot.cell.recorder if spot.cell else None
        if lost is not None:
            yield lost
        elif recorder is None:
            continue
        elif recorder.is_recording:
            yield Fine(because="DescribeConfigurationRecorderStatus says recording = true")
        else:
            probe = Probe(
                operation="lookup_events",
                account=spot.account,
                region=spot.region,
                about="StopConfigurationRecorder",
            )
            said = f"recorder {recorder.name}: recording = false{walk.actor(view, probe)}"
            source = "config DescribeConfigurationRecorderStatus"
            fix = _fix(view, spot, recorder.name)
            yield Found(where=view.place(spot), said=said, source=source, fix=fix, probes=(probe,))


def _fix(view: View, spot: Spot, name: str) -> Fix:
    arn = f"arn:{view.partition}:config:{spot.region}:{spot.account}:configuration-recorder/{name}"
    call = ("config", "start-configuration-recorder", "--configuration-recorder-name", name, "--region", spot.region)
    command = remedy.cli(spot.account, "config:StartConfigurationRecorder", arn, *call)
    words = "Start the recorder; what changed meanwhile is caught up as it is now, not as it went."
    return Fix(words=words, commands=(command,), trailkeep=remedy.by_trailkeep(view, "the recorder"))


CAUSE = Cause(
    id="A28",
    name="recorder-stopped",
    title="The recorder does not record",
    family=Family.LOGS,
    cost=Cost.STATUS,
    decided="`recording` of DescribeConfigurationRecorderStatus is false.",
    unknown="Config could not be read there.",
    remedy="Start the recorder; the StopConfigurationRecorder event names who stopped it.",
    sources=("botocore model config DescribeConfigurationRecorderStatus, StartConfigurationRecorder",),
    look=_look,
    consequences=("C6",),
    nothing="there is no recorder that could have been stopped (see A27)",
)
