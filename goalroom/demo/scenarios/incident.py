"""A night on call: an incident, its repair, and what keeps it from coming back."""

from goalroom.demo.scenario_model import (
    Ask,
    Block,
    Crash,
    Discover,
    HandOver,
    Job,
    KeyResult,
    NewSession,
    Note,
    Outage,
    Part,
    Quiet,
    Reflect,
    Remember,
    Say,
    Scenario,
    Spawn,
)

SCENARIO = Scenario(
    title="Search is slow: find out why and keep it from coming back",
    description=(
        "Since 21:40 one search in ten takes over four seconds. Stop the pain first, then find the cause, then make sure"
        " that we hear of it before customers do."
    ),
    request=(
        "search got slow at 21:40 and support has 60 tickets. Stop the pain first, please, then the cause. I want to be"
        " able to sleep tomorrow."
    ),
    approval="Yes, in that order. If turning off suggestions helps, do it at once and tell support. Go.",
    closing=(
        "Search is back at 180 ms for 99 of 100. The cause was an index that was rebuilt without its statistics; the alarm"
        " that would have told us at 21:44 now exists and was tried."
    ),
    key_results=(
        KeyResult(title="p99 of search", unit="ms", start=4300, target=200),
        KeyResult(title="Minutes until somebody is told", unit="min", start=47, target=5),
    ),
    parts=(
        Part(
            title="Stop the pain",
            description="Customers first: what can be turned off, cached or added tonight.",
            jobs=(
                Job(
                    ref="suggestions",
                    title="Turn off search suggestions for now",
                    description="They are a third of the load. The box must work without them.",
                    priority="P0",
                    labels=("mitigation",),
                    minutes=10,
                    moves=(0,),
                    criteria=(("The search box works without suggestions", "Tried in three browsers on production."),),
                    steps=(
                        Say(
                            "The flag exists, but the box waits 2 s for suggestions before it searches. Mending that first."
                        ),
                        Say("Suggestions are off, p99 down to 2,100 ms."),
                    ),
                    summary="Suggestions are off by flag. p99 fell from 4,300 to 2,100 ms.",
                    verdict="Confirmed on my side, p99 2,080 ms. Approved.",
                ),
                Job(
                    ref="cache",
                    title="Cache the thousand most frequent searches",
                    description="They are 62 % of all. Five minutes of age is fine.",
                    priority="P0",
                    labels=("mitigation", "backend"),
                    minutes=25,
                    moves=(0,),
                    criteria=(
                        ("The hit rate is above 50 %", "58 % after ten minutes."),
                        (
                            "Prices are never older than a minute",
                            "Prices come fresh; only the order of hits is cached.",
                        ),
                    ),
                    steps=(
                        Say("Caching ids and their order, not the rendered page: prices stay fresh."),
                        Crash(),
                        Note("The cache key must hold the language. Without it, French hits appear in German results."),
                        Say("58 % hits after ten minutes."),
                    ),
                    summary="The order of hits is cached for five minutes, by language; prices stay fresh.",
                ),
                Job(
                    ref="status",
                    title="Tell customers on the status page",
                    description="What is slow, since when, what we do. No promises on time.",
                    priority="P1",
                    labels=("communication",),
                    minutes=10,
                    criteria=(("Support has the same words", "Sent to the channel of the late shift."),),
                    steps=(
                        Say("A draft in four sentences."),
                        Ask(
                            "human",
                            "may the status page say that orders are not affected? I checked the last two hours: they aren't.",
                            "Yes, please say so, that's the question that support hears most.",
                        ),
                    ),
                    summary="Published, and sent to support word for word.",
                    artifact="Status page",
                ),
            ),
        ),
        Part(
            title="Find and mend the cause",
            description="What changed at 21:40, and why it was allowed to.",
            jobs=(
                Job(
                    ref="timeline",
                    title="Write the timeline from 21:00 to 22:30",
                    description="Deploys, jobs, configuration, traffic. Facts with their source, no theories.",
                    priority="P1",
                    labels=("analysis",),
                    minutes=30,
                    criteria=(("Each line has a source", "23 lines, 23 links."),),
                    steps=(
                        Say("No deploy between 20:10 and 22:30. Traffic as on any Tuesday."),
                        Remember("suspect", "nightly index rebuild, moved from 03:00 to 21:30 last week"),
                        Say("The rebuild of the index ended at 21:38. That's two minutes before."),
                        NewSession(
                            "Pausing with a full context. The timeline has 19 lines; missing are the database's own log"
                            " between 21:35 and 21:45, and who moved the rebuild."
                        ),
                        Say("The database log shows the plan change at 21:39:52. Timeline complete."),
                        Reflect(
                            "Writing down the source beside each line.",
                            "The clocks of two hosts were four seconds apart, and the order of lines was a guess.",
                            "An alarm where the clocks of our hosts are more than 100 ms apart",
                            ("clocks",),
                        ),
                    ),
                    summary="23 lines. The rebuild ended at 21:38, query plans changed at 21:39:52.",
                    artifact="Timeline",
                ),
                Job(
                    ref="reproduce",
                    title="Reproduce the slow plan on staging",
                    description="With the production statistics, and without.",
                    labels=("analysis", "database"),
                    capabilities=("infra",),
                    resources=("staging",),
                    after=("timeline",),
                    minutes=30,
                    criteria=(("Slow with the cause, fast without it", "4,210 ms and 160 ms, ten times each."),),
                    steps=(
                        Say("Restored last night's copy; search takes 160 ms there."),
                        Quiet("Rebuilding the index as the nightly job does. That takes some minutes."),
                        Say(
                            "4,210 ms after the rebuild. Statistics are empty: the job swaps tables and never analyses."
                        ),
                        Reflect(
                            "Restoring last night's copy, with its statistics.",
                            "Traces of staging and production could not be laid over each other: their clocks differ.",
                            "Staging and production follow the same time servers",
                            ("clocks", "staging"),
                        ),
                    ),
                    summary="The rebuild swaps in a table without statistics. Reproduced ten times of ten.",
                    artifact="Notebook",
                ),
                Job(
                    ref="mend",
                    title="Analyse the new index before it is swapped in",
                    description="In the same job, before the swap, and fail the job when it can't.",
                    priority="P0",
                    labels=("backend", "database"),
                    after=("reproduce",),
                    resources=("ci",),
                    minutes=35,
                    moves=(0,),
                    criteria=(
                        ("The swap never happens without statistics", "Test: the job stops when analyse fails."),
                        ("p99 is below 200 ms in production", "180 ms over 30 minutes."),
                    ),
                    steps=(
                        Say("The job analyses the new table and refuses to swap when the row estimate is off by half."),
                        Outage(
                            "ci",
                            (
                                "Job waits for a runner: 9 minutes, then given up",
                                "Job waits for a runner: given up",
                                "Runner pool at 0 of 4, the autoscaler has no quota",
                            ),
                            HandOver(
                                done="The job is changed, with a test that fails without the change.",
                                pending="CI, then deploy, then half an hour of watching.",
                                gotchas="CI has no runners: a quota, not us. Don't deploy past it.",
                            ),
                        ),
                        Say("CI is green and it is deployed. p99 fell to 180 ms within a minute."),
                    ),
                    summary="Statistics before the swap, or no swap. p99 is 180 ms.",
                    objection=(
                        "If analyse fails, the job stops and leaves the half-built table behind; tomorrow's run then fails"
                        " on its name. Please clean up in that case, and test two runs in a row."
                    ),
                    rework="A failed run removes its table; the test now runs the job twice after a failure.",
                ),
            ),
        ),
        Part(
            title="Hear of it first",
            description="The next time we know before the first ticket.",
            jobs=(
                Job(
                    ref="alarm",
                    title="Raise an alarm on slow searches",
                    description="On what customers feel: p99 over 1 s for three minutes. It must wake one person, once.",
                    labels=("operations",),
                    capabilities=("infra",),
                    minutes=25,
                    moves=(1,),
                    criteria=(
                        ("It would have rung at 21:44", "Replayed tonight's data: rings at 21:43:50."),
                        ("It would have been silent last month", "Replayed 30 days: two alarms, both real."),
                    ),
                    steps=(
                        Say("Replaying 30 days against the rule: five alarms, three of them deploys."),
                        Block(
                            "the pager's schedule belongs to the on-call lead, and I may not add a rule to it",
                            "I've given the team the right to add rules. Please try again.",
                        ),
                        Say("Deploys are muted for two minutes; two alarms are left, both were real."),
                    ),
                    summary="Rings after three minutes above 1 s; two alarms in 30 days, both real.",
                    artifact="Alarm rule",
                ),
                Job(
                    ref="drill",
                    title="Try the alarm on a slow staging",
                    description="End to end: slow search, a page on somebody's phone, a way to say 'I have it'.",
                    labels=("operations",),
                    after=("alarm", "reproduce"),
                    resources=("staging",),
                    minutes=20,
                    moves=(1,),
                    criteria=(("From slow to told in under five minutes", "3 min 40 s."),),
                    steps=(
                        Say("Staging is slow on purpose since 3 minutes."),
                        Discover("page-text", "the page says only 'alert 77 firing', which helps nobody at night"),
                        Say("Told after 3 min 40 s, with what is slow and the link to the run book."),
                    ),
                    summary="3 min 40 s from slow to told, in words that help.",
                    artifact="Drill notes",
                ),
                Job(
                    ref="review-page",
                    title="Write the review of the incident",
                    description="What happened, why it made sense at the time, what changes. No names.",
                    labels=("docs",),
                    after=("mend", "drill", "cache", "suggestions", "status"),
                    minutes=40,
                    moves=(0, 1),
                    criteria=(
                        ("Each action has an owner or is dropped", "Four actions, four owners."),
                        ("Somebody who wasn't there understands it", "Read by support; two words explained."),
                    ),
                    steps=(
                        Say("Four pages are too many; cut to one and a half."),
                        Spawn(
                            "counts the tickets and what they cost",
                            Job(
                                ref="tickets",
                                title="Count tickets and lost orders of the incident",
                                description="From 21:40 until p99 was below 200 ms.",
                                minutes=10,
                                criteria=(("Numbers with their query", "Both queries are in the appendix."),),
                                steps=(Say("83 tickets, and about 140 orders fewer than on other Tuesdays."),),
                                summary="83 tickets; 140 orders fewer than usual, give or take 30.",
                                artifact="Appendix",
                            ),
                        ),
                        Ask(
                            "peer",
                            "why was the rebuild moved to 21:30? I'd like the reason in the review, not a guess.",
                            "The backup of 03:00 got longer and both fought for the disk. It made sense then.",
                        ),
                        Say("The why is in, as it looked last week."),
                    ),
                    summary="One page and a half: what, why it made sense, four changes with owners.",
                    artifact="Incident review",
                    reviewer="human",
                    verdict="Clear and fair, I'll send it round. Approved.",
                ),
            ),
        ),
    ),
    found=(
        Job(
            ref="page-text",
            title="Have pages say what is slow and what to do",
            description="One line, the number, the link to the run book.",
            priority="P1",
            labels=("operations",),
            minutes=10,
            criteria=(("A page can be understood without a laptop", "Shown to two people who were asleep."),),
            steps=(Say("The text comes from the rule now: 'Search p99 is 3.2 s, normal is 0.2 s', and the link."),),
            summary="Pages say the measure, its usual value and the link to the run book.",
        ),
    ),
)
