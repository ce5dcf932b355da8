"""The three kinds of tasks: create, update and find, one document each, through Beanie and through pymongo in turns."""

from statistics import median
from time import perf_counter

from beanie.operators import Set
from bson import ObjectId, encode

SIDES = (BEANIE, PYMONGO) = ("beanie", "pymongo")


class Task:
    """The tasks of one model. `document` returns the values of the document with a number."""

    def __init__(self, model, document, count, calls):
        self.model, self.document, self.count, self.calls = model, document, count, calls
        self.collection = model.get_pymongo_collection()

    def size(self):
        """Returns the size of a stored document in bytes."""
        return len(encode({"_id": ObjectId(), **self.document(0)}))

    async def create(self):
        """Inserts one document, which is built before the measured call."""
        await self.collection.drop()
        # So that no call of a side creates the collection.
        await self.collection.insert_one(self.document(0))

        async def call(side, _):
            values = self.document(0)
            if side == BEANIE:
                instance = self.model(**values)
                return await timed(instance.insert)
            return await timed(lambda: self.collection.insert_one(values))

        return await self.turns(call)

    async def update(self, path, field):
        """Sets one text of a document, which is found by its `_id`."""
        ids = await self.fill()

        async def call(side, round):
            key, value = ids[round % len(ids)], f"updated_value{2 * round + SIDES.index(side)}"

            async def beanie():
                return await self.model.find_one(self.model.id == key).update(Set({field: value}))

            async def pymongo():
                return await self.collection.update_one({"_id": key}, {"$set": {path: value}})

            seconds, result = await timed(beanie if side == BEANIE else pymongo)
            check(result.modified_count == 1, f"nothing was updated at {path}")
            return seconds, result

        return await self.turns(call)

    async def find(self, path, field, key):
        """Finds the document whose unique field has this key, and collects what is found."""
        ids = await self.fill()
        stored = [document async for document in self.collection.find()]
        if path != "_id":
            await self.collection.create_index(path)

        async def call(side, round):
            wanted = stored[round % len(ids)]
            value = key(wanted)

            async def beanie():
                return await self.model.find(field == value).to_list()

            async def pymongo():
                return await self.collection.find({path: value}).to_list()

            seconds, found = await timed(beanie if side == BEANIE else pymongo)
            check(len(found) == 1, f"{path} found {len(found)} documents")
            return seconds, found

        return await self.turns(call)

    async def fill(self):
        """Replaces the documents of the collection by new ones, and returns their ids."""
        await self.collection.drop()
        new = [self.document(number) for number in range(self.count)]
        return (await self.collection.insert_many(new)).inserted_ids

    async def turns(self, call):
        """Calls the sides in turns, and returns the median seconds of each. A tenth of the rounds is not measured."""
        warm_up = self.calls // 10
        measured = {side: [] for side in SIDES}
        for round in range(warm_up + self.calls):
            for side in SIDES if round % 2 == 0 else reversed(SIDES):
                seconds, _ = await call(side, round)
                if round >= warm_up:
                    measured[side].append(seconds)
        return [median(measured[side]) for side in SIDES]


async def timed(work):
    """Returns how many seconds the work takes, and its result."""
    start = perf_counter()
    result = await work()
    return perf_counter() - start, result


def check(condition, message):
    if not condition:
        raise RuntimeError(message)
