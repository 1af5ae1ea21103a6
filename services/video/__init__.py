"""The picture of an answer: from the packets of a connection to one file that plays and can be sought in.

filming.py      a connection that is recorded: its sinks
tap.py          copies encoded packets out of aiortc; encoding.py encodes frames where that cannot be done
packets.py      what is read of VP8 and Opus
recording.py    a connection's packets on their way to the disk; backlog.py drops pictures when it is late,
                timeline.py says when a picture was taken, in seconds of the sound
part.py         the file that grows, playable at every moment
recordings.py   all recordings of the process, and their one thread
folder.py       where the parts of an answer lie; room.py, how much more there may be
assembling.py   parts to one WebM; thumbnail.py, a still of it; reading.py, what may be broken
"""

from services.video.assembling import ALIKE_S as ALIKE_S
from services.video.assembling import Assembled as Assembled
from services.video.assembling import Stored as Stored
from services.video.assembling import assemble as assemble
from services.video.assembling import reaches_beyond as reaches_beyond
from services.video.filming import Filming as Filming
from services.video.folder import size_of as size_of
from services.video.folder import video_folder as video_folder
from services.video.recording import Filmed as Filmed
from services.video.recordings import discard as discard
from services.video.recordings import end_recording as end_recording
from services.video.recordings import record as record
from services.video.room import Room as Room
