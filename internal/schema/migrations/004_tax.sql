SELECT 1; -- the room's owner writes its tables here
