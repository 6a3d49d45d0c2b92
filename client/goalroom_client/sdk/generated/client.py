from typing import Any, Optional, Union

from .add_comment import AddComment
from .async_base_client import AsyncBaseClient
from .base_model import UNSET, UnsetType
from .block_task import BlockTask
from .claim_next_task import ClaimNextTask
from .complete_task import CompleteTask
from .cursor import Cursor
from .events import Events
from .heartbeat import Heartbeat
from .input_types import (
    AddCommentInput,
    BlockTaskInput,
    ClaimNextTaskInput,
    HeartbeatInput,
    ReleaseTaskInput,
    SubmitTaskInput,
    WriteNotesInput,
)
from .me import Me
from .release_task import ReleaseTask
from .rule import Rule
from .submit_task import SubmitTask
from .write_notes import WriteNotes


def gql(q: str) -> str:
    return q


class GeneratedClient(AsyncBaseClient):
    async def me(self, **kwargs: Any) -> Me:
        query = gql("""
            query Me {
              me {
                id
                name
              }
            }
            """)
        variables: dict[str, object] = {}
        response = await self.execute(
            query=query, operation_name="Me", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Me.model_validate(data)

    async def events(
        self,
        room: Union[Optional[str], UnsetType] = UNSET,
        after: Union[Optional[str], UnsetType] = UNSET,
        first: Union[Optional[int], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> Events:
        query = gql("""
            query Events($room: ID, $after: String, $first: Int) {
              events(room: $room, after: $after, first: $first) {
                nodes {
                  ...LogEvent
                }
                pageInfo {
                  hasNextPage
                  endCursor
                }
              }
            }

            fragment LogEvent on Event {
              id
              cursor
              kind
              at
              actor {
                id
                name
              }
              task {
                id
                title
                status
              }
              objective {
                id
                title
              }
              data
            }
            """)
        variables: dict[str, object] = {"room": room, "after": after, "first": first}
        response = await self.execute(
            query=query, operation_name="Events", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Events.model_validate(data)

    async def cursor(
        self, room: Union[Optional[str], UnsetType] = UNSET, **kwargs: Any
    ) -> Cursor:
        query = gql("""
            query Cursor($room: ID) {
              briefing(room: $room) {
                cursor
              }
            }
            """)
        variables: dict[str, object] = {"room": room}
        response = await self.execute(
            query=query, operation_name="Cursor", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Cursor.model_validate(data)

    async def claim_next_task(
        self,
        input: Union[Optional[ClaimNextTaskInput], UnsetType] = UNSET,
        **kwargs: Any,
    ) -> ClaimNextTask:
        query = gql("""
            mutation ClaimNextTask($input: ClaimNextTaskInput) {
              claimNextTask(input: $input) {
                task {
                  ...WorkTask
                }
                lease {
                  fence
                  claimedAt
                  expiresAt
                }
                nothing {
                  reason
                  retryAt
                  paused
                }
              }
            }

            fragment WorkTask on Task {
              id
              title
              description
              status
              priority
              labels
              instructions
              notes
              criteria {
                id
                text
                met
                evidence
              }
              objective {
                id
                title
              }
              handoff {
                body
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="ClaimNextTask", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ClaimNextTask.model_validate(data)

    async def heartbeat(
        self, input: Union[Optional[HeartbeatInput], UnsetType] = UNSET, **kwargs: Any
    ) -> Heartbeat:
        query = gql("""
            mutation Heartbeat($input: HeartbeatInput) {
              heartbeat(input: $input) {
                lost {
                  id
                }
                nextWithinSeconds
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="Heartbeat", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Heartbeat.model_validate(data)

    async def rule(self, id: str, **kwargs: Any) -> Rule:
        query = gql("""
            query Rule($id: ID!) {
              task(id: $id) {
                room {
                  settings {
                    requireReview
                  }
                }
              }
            }
            """)
        variables: dict[str, object] = {"id": id}
        response = await self.execute(
            query=query, operation_name="Rule", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return Rule.model_validate(data)

    async def submit_task(self, input: SubmitTaskInput, **kwargs: Any) -> SubmitTask:
        query = gql("""
            mutation SubmitTask($input: SubmitTaskInput!) {
              submitTask(input: $input) {
                ...WorkTask
              }
            }

            fragment WorkTask on Task {
              id
              title
              description
              status
              priority
              labels
              instructions
              notes
              criteria {
                id
                text
                met
                evidence
              }
              objective {
                id
                title
              }
              handoff {
                body
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="SubmitTask", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return SubmitTask.model_validate(data)

    async def complete_task(
        self, input: SubmitTaskInput, **kwargs: Any
    ) -> CompleteTask:
        query = gql("""
            mutation CompleteTask($input: SubmitTaskInput!) {
              completeTask(input: $input) {
                ...WorkTask
              }
            }

            fragment WorkTask on Task {
              id
              title
              description
              status
              priority
              labels
              instructions
              notes
              criteria {
                id
                text
                met
                evidence
              }
              objective {
                id
                title
              }
              handoff {
                body
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="CompleteTask", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return CompleteTask.model_validate(data)

    async def write_notes(self, input: WriteNotesInput, **kwargs: Any) -> WriteNotes:
        query = gql("""
            mutation WriteNotes($input: WriteNotesInput!) {
              writeNotes(input: $input) {
                ...WorkTask
              }
            }

            fragment WorkTask on Task {
              id
              title
              description
              status
              priority
              labels
              instructions
              notes
              criteria {
                id
                text
                met
                evidence
              }
              objective {
                id
                title
              }
              handoff {
                body
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="WriteNotes", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return WriteNotes.model_validate(data)

    async def add_comment(self, input: AddCommentInput, **kwargs: Any) -> AddComment:
        query = gql("""
            mutation AddComment($input: AddCommentInput!) {
              addComment(input: $input) {
                id
                kind
                body
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="AddComment", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return AddComment.model_validate(data)

    async def block_task(self, input: BlockTaskInput, **kwargs: Any) -> BlockTask:
        query = gql("""
            mutation BlockTask($input: BlockTaskInput!) {
              blockTask(input: $input) {
                ...WorkTask
              }
            }

            fragment WorkTask on Task {
              id
              title
              description
              status
              priority
              labels
              instructions
              notes
              criteria {
                id
                text
                met
                evidence
              }
              objective {
                id
                title
              }
              handoff {
                body
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="BlockTask", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return BlockTask.model_validate(data)

    async def release_task(self, input: ReleaseTaskInput, **kwargs: Any) -> ReleaseTask:
        query = gql("""
            mutation ReleaseTask($input: ReleaseTaskInput!) {
              releaseTask(input: $input) {
                ...WorkTask
              }
            }

            fragment WorkTask on Task {
              id
              title
              description
              status
              priority
              labels
              instructions
              notes
              criteria {
                id
                text
                met
                evidence
              }
              objective {
                id
                title
              }
              handoff {
                body
              }
            }
            """)
        variables: dict[str, object] = {"input": input}
        response = await self.execute(
            query=query, operation_name="ReleaseTask", variables=variables, **kwargs
        )
        data = self.get_data(response)
        return ReleaseTask.model_validate(data)
