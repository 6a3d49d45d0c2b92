"""temporary: HOUSE overwrites this"""
from typing import Any
from db import new_tasks, rooms
from db.callers import Caller
from db.database import Database
from db.new_tasks import NewTask
from db.records import AgentKind, Objective, Role, Room, Task
class World:
    def __init__(self, database: Database) -> None:
        self.database=database; self.n=0
    async def room(self, **settings: Any) -> Room:
        self.n+=1
        async with self.database.act() as act:
            room = await rooms.open_room(act, f"room-{self.n}", "Room", actor=None)
        settings={"require_done_criteria":False,"require_review":False,"require_handoff":False}|settings
        for k,v in settings.items(): await self.database.execute(f"update room set {k}=$2 where id=$1", room.id, v)
        return await rooms.get(self.database, room.id)
    async def agent(self, name: str|None=None, *, rooms: Any=(), role: Role=Role.MEMBER, capabilities: Any=()) -> Caller:
        self.n+=1
        name=name or f"agent-{self.n}x"
        i=await self.database.fetchval("insert into agent (name, capabilities) values ($1,$2) returning id", name, list(capabilities))
        for r in rooms: await self.database.execute("insert into room_member(room_id,agent_id) values($1,$2)", r.id, i)
        return Caller(i,name,AgentKind.AGENT,role,tuple(capabilities),frozenset(r.id for r in rooms),0)
    async def objective(self, room: Room, *, parent: str|None=None, **k: Any) -> Objective:
        return Objective.of(await self.database.fetchrow("insert into objective(room_id,parent_id,title) values($1,$2,'O') returning *", room.id, int(parent[1:]) if parent else None))
    async def task(self, room: Room, **k: Any) -> Task:
        self.n+=1
        i=await self.database.fetchval("insert into agent (name) values ($1) returning id", f"creator-{self.n}")
        c=Caller(i,"c",AgentKind.HUMAN,Role.ADMIN,(),frozenset({room.id}),0)
        return await new_tasks.create(self.database,c,NewTask(title=k.pop("title","Task"),room=f"R{room.id}",**k),None)
