"""English: how it denies, plans, asks, tells; tables only."""

from handlers.rules.languages.grammar import Grammar, Pattern, words
from storage.facts import Intent

_PERSON = (
    "(?:husband|wife|partner|son|daughter|mother|mom|mum|father|dad|brother|sister|friend|boss|neighbou?r"
    "|kid|child|children"
    "|parent|colleague|co ?worker|roommate|flatmate|teacher|grandma"
    "|grandmother|grandpa|grandfather|company|office|school|landlord"
    "|city|town|uncle|aunt|cousin|team|students?|classmate|guy|man|woman|lady|people|family)s?"
)

_USED = (
    "used?|using|brought|bring|took|taking|rode|ride|riding|went|go|going|walk(?:ed|ing)?|jogged|ran"
    "|commuted?|travell?ed|came (?:to|home|back|by|here|in)"
    "|caught|carried|carry|carrying|wore|wearing|put|turn(?:ed|ing)?|switch(?:ed|ing)?|shut|set|kept"
    "|unplug(?:ged|ging)?"
    "|ate|eaten|eating|finished|cooked|cooking|made|making|drank|drink|drinking|fill(?:ed|ing)|refill(?:ed|ing)?"
    "|pack(?:ed|ing)|shopp(?:ed|ing)|bought|chose|picked|picking|clean(?:ed|ing)|collected|sorted|sorting|separated"
    "|recycled|dropped|donated|gave|given|handed|returned|took|sold|borrowed|lent|shared|swapped|fixed"
    "|repaired|mended"
    "|sewed|installed|replaced|changed|planted|planting|volunteered|visited|helped|attended|participated|toured|saved"
    "|received|refused|declined|composted|fed|added|stirred|emptied|checked|passed|studied|worked|working"
    "|biked|cycled|runs? on"
)

WORDS = Grammar(
    negation=Pattern(
        r"^no\b(?! (?:car|plastic|driving|waste|dryer|heat|heater|heating|aircon|ac)\b)|\bused to (?!my|the)"
        r"|\b(?:not(?! (?:the|a) )|never|forgot|forget|forgotten|failed|cannot|cant|couldnt|didnt|dont"
        r"|doesnt|couldn t|didn t|don t)\b(?! to (?:bring|take|sort|turn))",
        r"\b(?:havent|hasnt|hadnt|wasnt|wont|without my|no time|skipped(?! (?:the|my) car| driving)|missed|unable"
        r"|nobody|instead drove|drove|gave up|(?:would|could|should) have"
        r"|too (?:lazy|tired|busy|hot|cold|rainy|far))\b",
        r"\bno (?:compost|bike|bus|walk|train|bottle|bag|bags? today|cleanup)\b|\bleft (?:my|the"
        r"|it|them) (?!car).{0,20}\b(?:at home|behind|home|on)\b|\btook (?:a|the|my|our) (?:taxi|car)\b",
        r"\bby car\b(?! instead)|[·¤] (?:a|the|my) (?:taxi|car)\b|\b(?:almost|nearly|meant to|waiting|waited)\b",
    ),
    plan=Pattern(
        r"\b(?:tomorrow|will|ill|well (?:go|take|do)|going to|gonna|(?<![·¤] )plan|plans|planning|want to"
        r"|want a|wanna|would like|id like|id love|wish)\b",
        r"\b(?:next (?:week|weekend|month|time|year|monday|saturday|sunday)|hope to|hoping|intend"
        r"|shall|lets|should|might|may|must|need to|have to|supposed to)\b",
        r"\b(?:thinking of|thinking about|thinking|considering|later|someday|one day|soon|(?:im"
        r"|i am|was) about to|this weekend ill|try to|trying to|if (?:i|we)|when i|in the future"
        r"|looking forward|want|dream|remind me|saving up|maybe)\b",
    ),
    question=Pattern(
        r"^(?:how|what|when|where|which|who|why|is|are|do|does|did(?! (?:my|the|a|some|all|our) )"
        r"|can|could|should|would|may|if|any|has|have you|whats|wheres|hows|anyone)\b",
        r"\b(?:how (?:much|many|do|to|can|does|long|often)|where (?:can|do|is|are|to)|what (?:is"
        r"|are|counts|about|if|should|day|time))\b",
        r"\b(?:tell me|subsidy|subsidies|grant|rebate|can i|can we|do i|do you|does it|is it"
        r"|i wonder|wondering|does that|would it|please explain|recommend|difference between"
        r"|rules for|worth it)\b",
    ),
    others=Pattern(
        r"\b(?:old|young|elderly|little) (?:man|woman|lady|guy|boy|girl|couple|people)\b|\b(?:thank you|thanks"
        r"|kudos|respect|congratulations|well done) to\b|^stop\b|^please\b|\bpicked me up\b",
        rf"^(?:(?:today|yesterday|and|so|but|this morning|i saw|i think|hey|wow|well|oh) )*(?:my"
        rf"|our|his|her|the|a|some|other|many|most|that|your) (?:\w+ )?{_PERSON}\b(?! and (?:i"
        rf"|me)\b)",
        r"^[a-z]+ (?:san|chan|kun|sama)\b",
        r"^(?:(?:today|yesterday|and|so|wow) )*(?:he|she|they|someone|somebody|people|everyone"
        r"|everybody|neighbou?rs|kids|you|some people|many people|mom|mum|dad|grandma"
        r"|grandpa)\b(?! and (?:i|me)\b)",
        r"\b(?:reading|learning|learnt|learned|talking|talked|thoughts) about\b|\b(?:apparently|i heard"
        r"|heard that|heard|said|says|they say|told me|tells|reportedly"
        r"|on tv|in the news|the news|i read|read that|read about|article|i saw|i watched|saw (?:a"
        r"|someone|people)|i see people|rumou?r|supposedly)\b",
    ),
    long_ago=Pattern(
        r"\b(?:when i was (?:a |an )?(?:kid|child|student|young|younger|little|small|boy|girl|in school|at school)"
        r"|as a (?:kid|child|student|boy|girl|teenager)|back in (?:the day|school|college)|in my youth"
        r"|in the old days)\b",
        r"\b(?:years? ago|years before|before (?:this|the) (?:bot|app|program(?:me)?)|before i (?:joined|signed|moved"
        r"|married|retired)|in my old (?:house|flat|apartment|job|school)|not any ?more|not anymore|any longer)\b",
    ),
    unreal=Pattern(
        r"\b(?:in (?:the |a |this |my )?(?:game|minecraft|animal crossing|dream|film|movie|book|story|photo|picture"
        r"|video|poster|drawing)|on my (?:switch|playstation|xbox)|dreamt|dreamed|quiz|riddle|how do you say|translate"
        r"|shopping list|to do list|packing list|homework|just kidding|test drive|test drove|for my birthday"
        r"|for christmas)\b",
    ),
    mishap=Pattern(
        r"\b(?:stolen|stole|broke|broken down|leaked|leaking|flat tyre|flat tire|crashed|cancelled"
        r"|delayed|overcrowded|packed|expensive|too far|smells|stinks|smelly|lost my|accident"
        r"|hurts?|sore|(?:got|getting) (?:wet|stuck|dirty|sick|hit|fined)|tired of|fell off|ripped|torn|tore"
        r"|snapped|leaks|died|went flat)\b",
        r"^(?:my|the|our) · (?!(?:today|yesterday|to|for|at|in|on|with|and|instead|this|during|all|twice|again"
        r"|used|day"
        r"|every|from|plus|please|done|yes|ok|only|by|last|the|home|collection|checked|cleanup|challenge)\b)[a-z]",
        r"\b(?:hate|love|like|enjoy|prefer|dislike|(?:sick|afraid|scared) of) ·|· (?:is|are|was|were|isnt"
        r"|arent|smells?|costs?|looks?|keeps?|seems?|has|came|never"
        r"|needs?|stopped|got)\b(?! (?:done|finished|over|the way|used|how|my|replaced|recycled"
        r"|collected|sorted))",
        r"\b(?:dropped|cleaned|spilled|misplaced|smashed|scratched|damaged) (?:(?:my|the|a|our) )?·$",
        r"\b(?:bought|ordered|buying|need|needs|want|lost|washed|cleaned|love|like"
        r"|hate) (?:a|an|my|the|new|some|another|myself a|this|these)(?: ?(?:new|nice|cute|pretty"
        r"|own))* ?·(?! (?:with|from|by|in|at))",
    ),
    unlike=Pattern(
        r" (?:money|cash|card|the dog|my dog|our dog|shop|store|lane|stop|fare|ticket|driver|workshop"
        r"|course|class|seminar|event|bin is|company|price|pass|chain|tyre|tire|lock|helmet|rack|bell|seller"
        r"|salesman|lid|cap|strike|line|timetable|schedule|terminal)\b",
    ),
    doing=Pattern(
        rf"\b(?:{_USED}|did|done|got|had|have|started|managed|joined|always|every|instead)\b",
        r"^(?:(?:today|yesterday|this morning|just|only|by) )*· (?:to|from|for|at|with|all|both|today|yesterday"
        r"|this|and|day|x)\b(?!.* (?:is|are|was|were|has|had|came|got|stopped|s)\b)",
    ),
    verb_in_name=Pattern(rf"\b(?:{_USED}|wfh|walk[a-z]*|no|zero|without|[a-z]{{2,}}(?:ed|ing))\b"),
    little=1,
    done=Pattern(
        r"\b(?:\w+ed|did|done|went|took|brought|rode|ate|walked|bought|had|gave|got|made|put|kept"
        r"|left|sold|sent|fed|cut|drank|used|chose|grew|swept|wfh)\b",
        r"\b(?:ran|wore|have (?:just|been|used|got|made)|ive|just|finished|said no|refused|built"
        r"|sewed|sewn|always|every day|by (?:bike|bus|train))\b",
    ),
    takes_back=Pattern(
        r"\b(?:undo|by mistake|take (?:that |it )?back|cancel (?:that|my last|the last|it)"
        r"|wrong report|delete (?:that|my last|the last))\b",
    ),
    days_back={
        **dict.fromkeys(("the day before yesterday", "day before yesterday"), 2),
        **dict.fromkeys(("yesterday", "last night"), 1),
        **dict.fromkeys(("today", "this morning", "tonight", "this evening"), 0),
    },
    ago=Pattern("(?P<days>[0-9]{1,2}|one|two|three|four|five|six|seven) days? ago"),
    weekdays=(("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),),
    commands={
        Intent.REPORT: words("report|log|record"),
        Intent.EVENTS: words("event|events|seminars"),
        Intent.REGISTER: words("register|sign up|signup"),
        Intent.MY_EVENTS: words("my events|myevents|my bookings"),
        Intent.POINTS: words("points|point|my points|score|balance"),
        Intent.RANKING: words("ranking|rankings|leaderboard|board|rank"),
        Intent.TOTALS: words("total|totals|city totals"),
        Intent.HELP: words("help|start|menu|how to use"),
        Intent.LANGUAGE: words(
            "language|languages|english|japanese|change language|chinese|korean|vietnamese|indonesian"
        ),
        Intent.PAUSE: words("pause|mute|stop notifications"),
        Intent.LEAVE: words("leave|quit|unsubscribe|delete my account|delete account|stop|exit|opt out|resign"),
        Intent.UNDO: words("undo|withdraw|cancel"),
        Intent.LINK: words("link|link account|connect account"),
        Intent.SETTINGS: words("setting|settings|preferences"),
        Intent.CONTACT: words("contact|contact us|support"),
    },
    keywords={
        Intent.UNDO: words(
            "(didnt|did not) mean to|(remove|delete|undo) the last|(logged|recorded|reported|sent) (it |that "
            "|this |)(twice|wrong|by accident)|by accident|scrap that|take that (back|off)",
            "(wrong|mistaken) (button|entry|one)",
            "undo|take back|take*back|by mistake|last report|withdraw (it|that|my|the) (report|last|record)"
            "|cancel (that|my last"
            "|the last|my report|it)|(delete|remove) (my last|the last|that|my report)",
            "wrong report|made a mistake|pressed the wrong",
        ),
        Intent.LEAVE: words(
            "(forget|erase|remove|delete) me",
            "(erase|delete|wipe|remove) (all |)my (data|record|records|account|information|details)",
            "(dont|do not) want to (use|be in|take part|participate)",
            "i quit|sign me out|deregister|unregister",
            "unsubscribe|opt out|(cancel|end|terminate)*(membership|account|participation)|withdraw from|(delete"
            "|remove|erase) (my|all)*(account|data|me)|close my account|(leave"
            "|quit) (the|this) (bot|service|program|programme|app|chat)|(want|like|wanna|how do i|how to) (to "
            "|)(quit|leave|withdraw)|(delete"
            "|erase) everything",
        ),
        Intent.PAUSE: words(
            "no (messages|notifications|reminders|news)*(please|for|until)",
            "(stop|hold)*(messages|notifications) for",
            "(quiet|silent|silence) (for|until)",
            "on (holiday|vacation)*(messages|stop|no)",
            "pause|(stop|fewer|less|no more)*(sending|messages|notifications|messaging|texting"
            "|reminders|notices)|mute|(turn|switch) off*(notifications|messages|reminders)",
            "take a break|stop bothering|too many (messages|notifications)",
        ),
        Intent.LINK: words(
            "same account",
            "(telegram|line) (and|too|as well)*(line|telegram|account|possible|together)",
            "(got|bought|have|changed|switched) (a |my |)(new |)(phone|smartphone)*(points|record|data"
            "|account|move|transfer)",
            "(move|transfer|carry over)*(points|account|record|data)",
            "link my|connect my|both accounts|link account|link accounts|new phone|changed phones",
            "(link|connect|merge)*(line|telegram|accounts)",
        ),
        Intent.LANGUAGE: words(
            "日本語|japanese please|english please|(switch|change|set)*(english|japanese|chinese|korean"
            "|vietnamese|indonesian)",
            "language|(to|into|speak) (english|japanese|chinese|korean|vietnamese|indonesian)|easy japanese",
            "(write|talk|reply|answer|speak|show|say|read|use|menu|bot|this|it|everything|messages|please|have|want)*in"
            " (english|japanese|chinese|korean|vietnamese|indonesian)",
        ),
        Intent.CONTACT: words(
            "(number|phone|email|address) of the (office|city|person)",
            "(office|person) in charge",
            "complaint",
            "(speak|talk|write) to (someone|somebody|a person|the city|a human|an actual)",
            "contact|phone number|(talk|speak|chat) (to|with)|city hall|staff|email address",
            "real person|human|complain|customer service|call someone",
        ),
        Intent.MY_EVENTS: words(
            "(drop out|pull out|withdraw) of*(workshop|event|seminar|tour|cleanup|class|course)",
            "(remove|take) me (from|off)*(saturday|sunday|list|tour|workshop|event|seminar|cleanup)",
            "am i (registered|signed up|booked|on the list)",
            "(cant|cannot|can not|wont be able to) (make|come|attend)*(event|workshop|seminar|tour|saturday|sunday|it)",
            "(my|the) (qr|entry code|ticket|booking)",
            "what time (is|was|does) my|did my (registration|booking|application)",
            "(cancel|drop|give up)*(spot|seat|registration|booking|reservation|place)",
            "my events|my event|my registration|my registrations|my booking|my bookings",
            "my reservation|my ticket|signed up for|registered for|(event|events|seminar"
            "|workshop)*(did i|do i|have i|i sign|i signed|i book|i register)|i signed up",
            "i registered|i booked",
        ),
        Intent.REGISTER: words(
            "(apply|application) for*(walk|workshop|event|tour|seminar|class|cleanup|course)",
            "(put|add) my name (down|on)",
            "(wed|we would|id|i would) like to (come|join|attend|take part|participate)",
            "count me in",
            "(can|could|may) (i|we) (still |)(join|come|apply|attend|take part|participate)",
            "(any|are there) (seats|spots|places) left",
            "register|sign up|sign me up|(book|reserve|save)*(seat|place|spot)|(want|like"
            "|love) to (join|attend)|join the (seminar|workshop|event|course)|enrol|enroll",
            "sign us up",
        ),
        Intent.RANKING: words(
            "top (ten|twenty|three|five|hundred|3|5)",
            "(am i|are we|is my ward|is our team)*(top|first|last|ahead|winning|leading)",
            "(my|our) (position|place|rank|standing)",
            "who (has|is) the (most|best|top)",
            "ranking|leaderboard|rank|top 20|top 10|which place|what place|first place",
            "who is (first|winning|leading)|whos (first|winning|leading)|how do i compare",
            "standings",
        ),
        Intent.TOTALS: words(
            "(how much|how many|what)*(city|all of us|everybody|everyone|together|citizens)*(saved"
            "|co2|reported|done|far|joined|reduced)",
            "(all|everyones|everybodys|the citys) (points|co2|actions|results)",
            "total|totals|city so far|how many*(people|participants|joined)|everyone together",
            "whole city|how*(city|everyone)*doing|city progress|participants",
        ),
        Intent.EVENTS: words(
            "(cleanup|workshop|tour|walk|planting|market|class|course|lecture|talk|exhibition|festival"
            "|meeting)*(when|where|start|free|cost|pay|kids|children|rain|rains|cancelled|bring)",
            "(when|where|what time|how much|is there|are there|any|do i have to|is the"
            "|what do i bring)*(cleanup|workshop|tour|walk|planting|market|class|course|lecture|talk|festival"
            "|join|kids|children|happening)",
            "anything (on|going on|happening)",
            "something (on|to join|for kids|for children|for little)",
            "if it rains",
            "event|events|seminar|seminars|webinar|workshop|workshops|whats (on|happening)",
            "what is (on|happening)|anything (on|happening) this|lecture",
        ),
        Intent.POINTS: words(
            "how (much|many)*(do i|did i|have i|will i|is)*(get|earn|earned|worth|for)",
            "(which|what) action*(most|best|gives)",
            "worth (how|the most)",
            "points|my score|how am i doing|my balance|my progress",
        ),
        Intent.SETTINGS: words(
            "(change|set|switch)*(time of|reminder|ward|name|nickname|notification)",
            "(bigger|larger|smaller) (text|letters|font)",
            "moved (house|flat|to)*ward",
            "setting|settings|nickname|my ward|my name|preferences|display name|moved to|reminder time",
        ),
        Intent.REPORT: words("report|log an action|record (an|my) action|log (my|something)|record something"),
        Intent.HELP: words(
            "how (do|can|should) (i|we|you)*(log|enter|record|use|begin|join in|start)",
            "where (do|can) i*(log|enter|report|start|find)",
            "(new|first time) here|what now|show me (the menu|how)",
            "help|how does (this|it)*work|what can (you|i|this)|how (do|can) i (use"
            "|start|report)|confused|instructions|what is this|"
            "how to use|what do i do|i dont (understand|get)|what are you|stuck|explain",
        ),
    },
)
