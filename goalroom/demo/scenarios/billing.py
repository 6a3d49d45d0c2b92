"""A move from one billing system to another, with money that must not get lost."""

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
    title="Leave the old billing system",
    description=(
        "Its contract ends with the month. Move 41,000 subscriptions to the new ledger without a customer noticing: same"
        " amounts, same dates, and invoices that can still be found for ten years."
    ),
    request=(
        "the old billing contract ends with the month. Tonight I want the move rehearsed on a full copy and the first"
        " thousand customers over. Amounts must agree to the cent. What is your plan?"
    ),
    approval="Good order. Nothing is switched off in the old system before finance has signed the comparison. Go.",
    closing=(
        "The first 1,000 subscriptions bill from the new ledger, and 41,000 were rehearsed without a cent of difference."
        " The old system stays readable until finance lets it go."
    ),
    key_results=(
        KeyResult(title="Invoices that differ between old and new", unit="of 41,000", start=312, target=0),
        KeyResult(title="Customers billed from the new ledger", unit="customers", start=0, target=1000),
    ),
    parts=(
        Part(
            title="The new ledger agrees with the old one",
            description="To the cent, for every subscription, for the last three months.",
            jobs=(
                Job(
                    ref="export",
                    title="Export subscriptions and their history from the old system",
                    description="Its API pages by 50 and forgets its place after an hour. Make the export go on by itself.",
                    priority="P0",
                    labels=("data",),
                    minutes=40,
                    criteria=(
                        ("All 41,000 subscriptions are there", "41,062 exported; 62 are test accounts, listed."),
                        (
                            "An interrupted export goes on where it stopped",
                            "Killed it twice; no page missing or twice.",
                        ),
                    ),
                    steps=(
                        Say(
                            "820 pages, 2.1 s each. The cursor of a page is good for an hour, so it is saved with the page."
                        ),
                        Remember("test-accounts", "62 subscriptions start with `qa+`: leave them out of comparisons"),
                        Say("Two thirds through; 9 pages had to be asked for twice."),
                        Say("Complete: 41,062 subscriptions, 118,440 invoices."),
                    ),
                    summary="A full export that survives interruption: 41,062 subscriptions and their invoices.",
                    artifact="Export manifest",
                ),
                Job(
                    ref="mapping",
                    title="Map plans, taxes and discounts to the new model",
                    description="Discounts are the hard part: the old system stacks them, the new one doesn't.",
                    priority="P1",
                    labels=("backend",),
                    minutes=60,
                    moves=(0,),
                    criteria=(
                        (
                            "Each of the 87 price combinations has one equivalent",
                            "Table of 87 rows, each with an example.",
                        ),
                        (
                            "Stacked discounts give the same amount",
                            "All 1,204 stacked cases within rounding, 0 beyond.",
                        ),
                    ),
                    steps=(
                        Say("87 combinations in use, of 2,000 that are possible. 11 of them stack discounts."),
                        Ask(
                            "human",
                            "the old system rounds each discount, the new one rounds once. 312 invoices differ by a cent."
                            " Whose rounding do we keep?",
                            "The old one's for running contracts, until they renew. A cent is a phone call.",
                        ),
                        Note("Round after each discount for contracts signed before the move; once, for new ones."),
                        Say("With the old rounding the 312 differences are gone."),
                        Reflect(
                            "Asking whose rounding we keep before writing a line.",
                            "Invoices that we had made up by hand hid the cases that differ by a cent.",
                            "Draw the invoices of tests from real ones, without their names",
                            ("fixtures",),
                        ),
                    ),
                    summary="87 combinations mapped. Running contracts keep the old rounding until they renew.",
                    objection=(
                        "Two of the 87 rows map a yearly plan to twelve monthly ones. The amount agrees, the cancellation"
                        " terms don't. Please map yearly to yearly, and say in the table how terms were compared."
                    ),
                    rework="Yearly plans stay yearly; the table has a column with notice periods, compared by script.",
                ),
                Job(
                    ref="compare",
                    title="Compare three months of invoices, old against new",
                    description="Every invoice, not a sample. A difference names the line and the rule behind it.",
                    labels=("data",),
                    after=("export", "mapping"),
                    resources=("staging",),
                    minutes=45,
                    moves=(0,),
                    criteria=(
                        ("No unexplained difference is left", "118,440 compared, 0 differ, 3 explained refunds."),
                    ),
                    steps=(
                        Quiet("Replaying three months of billing; this takes a while and says nothing meanwhile."),
                        Crash(),
                        Say("First run: 41 differences, all in invoices with a refund across a month's end."),
                        Discover("refunds", "refunds across a month's end are booked on other days"),
                        Say("Second run: no difference that isn't explained."),
                    ),
                    summary="118,440 invoices compared: none differs, three refunds are explained line by line.",
                    artifact="Comparison report",
                    reviewer="human",
                    verdict="Finance read it with me. The three refunds are right. Approved.",
                ),
            ),
        ),
        Part(
            title="Customers notice nothing",
            description="Same dates, same payment methods, old invoices where they always were.",
            jobs=(
                Job(
                    ref="payment-methods",
                    title="Carry payment methods over without asking anybody",
                    description="The provider can move its tokens between accounts if both sides sign.",
                    priority="P1",
                    labels=("payments",),
                    capabilities=("infra",),
                    minutes=35,
                    moves=(1,),
                    criteria=(("99.5 % of cards and mandates move", "99.8 %; the rest expired, listed for support."),),
                    steps=(
                        Say("The provider's transfer form is filled in, for cards and for direct debit."),
                        Block(
                            "the provider wants the signature of somebody who may sign for the company",
                            "Signed and sent, they confirmed within minutes. You can go on.",
                        ),
                        Say("The transfer of 40,911 tokens is through."),
                        Reflect(
                            "Listing the expired cards for support before anybody asked.",
                            "No card of our tests ever expires, so the first one that had was a surprise.",
                            "Tests need cards and invoices as they are in life: expired, odd, in other currencies",
                            ("fixtures", "payments"),
                        ),
                    ),
                    summary="99.8 % of payment methods moved; 83 expired cards are with support.",
                    artifact="Transfer log",
                ),
                Job(
                    ref="old-invoices",
                    title="Keep old invoices at their addresses",
                    description="Links in ten years of mails must work. Store the PDFs, verify them, redirect.",
                    labels=("backend",),
                    after=("export",),
                    resources=("ci",),
                    minutes=30,
                    criteria=(
                        ("Every link in a sample of 500 old mails works", "500 of 500."),
                        (
                            "A stored PDF can't be changed unseen",
                            "SHA-256 of each in a table of its own, checked nightly.",
                        ),
                    ),
                    steps=(
                        Say("118,440 PDFs, 31 GB; the checksum is taken while they stream."),
                        Outage(
                            "ci",
                            (
                                "Package mirror answers 503",
                                "Package mirror answers 503, third attempt of the job",
                                "Dependencies can't be installed: mirror is down",
                            ),
                            HandOver(
                                done="Download, checksums and redirects are written; tests pass locally.",
                                pending="A green pipeline, then the 500 links.",
                                gotchas="The mirror of packages is down, it isn't the branch. Don't touch the lock file.",
                            ),
                        ),
                        Say("The mirror is back and the pipeline is green. 500 of 500 links work."),
                    ),
                    summary="All old invoices are stored, checked by hash, and found under their old addresses.",
                ),
                Job(
                    ref="dates",
                    title="Keep each customer's billing day",
                    description="Including the 29th, 30th and 31st, and those who pause.",
                    labels=("backend",),
                    after=("mapping",),
                    minutes=30,
                    criteria=(("The next three dates agree for all", "41,000 times three dates, no difference."),),
                    steps=(
                        Say(
                            "The old system moves the 31st to the 30th and back again; ours moved it once, and for good."
                        ),
                        NewSession(
                            "My context is full after reading the date rules. Done: anchor day apart from billing day."
                            " Left: paused subscriptions, see test_pause_over_february."
                        ),
                        Say("Pauses keep the anchor day. February is a test of its own."),
                    ),
                    summary="The anchor day is stored apart from the day of billing; pauses and February agree.",
                    verdict="February 29th to March 31st, all as before. Approved.",
                ),
            ),
        ),
        Part(
            title="The first thousand move",
            description="Rehearsed, reversible, watched.",
            jobs=(
                Job(
                    ref="rehearsal",
                    title="Rehearse the whole move on a copy",
                    description="With the clock running: the window on the day is 90 minutes.",
                    labels=("operations",),
                    capabilities=("infra",),
                    resources=("staging",),
                    after=("compare", "payment-methods"),
                    minutes=45,
                    criteria=(("The move fits into 90 minutes, the way back into 20", "61 min; back in 12 min."),),
                    steps=(
                        Say("Rehearsal begins on a copy of last night."),
                        Spawn(
                            "watches the queues during the rehearsal",
                            Job(
                                ref="queues",
                                title="Watch queue lengths during the rehearsal",
                                description="Say when a queue grows for more than two minutes.",
                                minutes=10,
                                criteria=(
                                    ("A chart of all queues over the run", "Attached; the longest was mails, 4,100."),
                                ),
                                steps=(Say("Mails pile up from minute 20 on; everything else is flat."),),
                                summary="Only the mail queue grows: 4,100 at its longest, empty again after 9 minutes.",
                                artifact="Queue chart",
                            ),
                        ),
                        Say("61 minutes there, 12 minutes back. Mails are throttled now."),
                    ),
                    summary="Rehearsed twice: 61 minutes, and 12 for the way back.",
                    artifact="Run book",
                ),
                Job(
                    ref="support",
                    title="Write what support says when somebody asks",
                    description="Five questions that will come, each answered in three sentences.",
                    priority="P3",
                    labels=("docs",),
                    minutes=15,
                    criteria=(("Support has read it and asks nothing back", "Two rounds with the late shift."),),
                    steps=(
                        Say("Collected the questions that came at the last change of prices."),
                        Ask(
                            "planner",
                            "do we tell customers beforehand, or answer only when asked?",
                            "The plan says: a line on the next invoice, nothing before. Support answers when asked.",
                        ),
                        Say("Five answers; the late shift shortened two of them."),
                    ),
                    summary="Five questions and answers, agreed with the late shift.",
                    artifact="Support page",
                ),
                Job(
                    ref="first-thousand",
                    title="Move the first thousand subscriptions",
                    description="Monthly plans without discounts first. Stop at the first unexplained difference.",
                    priority="P0",
                    labels=("release",),
                    resources=("staging",),
                    after=("rehearsal", "dates", "old-invoices", "support"),
                    minutes=30,
                    moves=(0, 1),
                    criteria=(
                        ("1,000 customers are billed from the new ledger", "1,000 of 1,000."),
                        ("Tonight's run agrees with a dry run of the old system", "Both say 23,481.00."),
                    ),
                    steps=(
                        Say("First hundred moved; amounts and dates agree."),
                        Say("All thousand moved. The old system's dry run says the same sum."),
                    ),
                    summary="1,000 subscriptions bill from the new ledger; both systems agree on tonight's sum.",
                    artifact="Release notes",
                    reviewer="human",
                    verdict="Both sums agree, and the way back is written down. Approved.",
                ),
            ),
        ),
    ),
    found=(
        Job(
            ref="refunds",
            title="Book refunds on the day of the refund, not of the invoice",
            description="The old system books them into the month of the invoice's period; comparisons must do the same.",
            priority="P1",
            labels=("backend",),
            minutes=20,
            criteria=(("The 41 differences are explained", "38 vanish, 3 are real refunds and agree."),),
            steps=(Say("The day of booking is a field of its own now; 38 of 41 differences vanish."),),
            summary="Refunds carry their own booking day; 38 of 41 differences gone, 3 are right.",
        ),
    ),
)
