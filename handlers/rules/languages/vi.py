"""Vietnamese, its accents folded away because many type without: how it denies, plans, asks, tells; tables only."""

from handlers.rules.languages.grammar import Grammar, Pattern, words
from storage.facts import Intent

_KIN = (
    "(?:chong|vo|con trai|con gai|con|me|bo|ba|ma|ong|ban|ban be|ban cung phong|anh trai"
    "|chi gai|em trai|em gai|em|chau|hang xom|dong nghiep|sep|co giao|thay)"
)

_USED = (
    r"\b(?:mang|dem|cam|xach|dung|xai|su dung|di|dap|cuoi|bat xe|len xe|tat|rut|ngat|an|uong|nau|nhat|luom"
    r"|gom|don|quet"
    r"|phan loai|tach|sua|va|khau|trong|gieo|bo|cho|tang|gui|nop|quyen gop|gop|lap|thay|doi|chuyen|mua|ban"
    r"|muon|thue|lam viec|lam phan"
    r"|giat|rua|tham gia|tham quan|tham|nhan|lay|tiet kiem|u|tron|tai che|tu choi|khong lay|mac|dap|tam"
    r"|khoa|van|do|rot|dung het|lai xe)\b"
)

WORDS = Grammar(
    negation=Pattern(
        r"\b(?:(?<!khi )khong|chua|quen|ko|chang|khoi (?:lay|can|dung)|that bai|bo cuoc|luoi"
        r"|bo lo|suyt|suyt nua|dang cho|dang doi|cho doi|de (?:o |lai )?nha|lo mat|de quen|bo thua|bo phi"
        r"|lam roi)\b(?! (?:dung nua|xai nua|(?:len|di|den) cong ty))|\bdi (?:o to"
        r"|oto|xe may|taxi)\b|\bbang (?:o to|oto|xe may|taxi)\b|\bbo do\b",
    ),
    plan=Pattern(
        r"\b(?:se|ngay mai|sang mai|chieu mai|toi mai|ngay kia|tuan sau|tuan toi|thang sau"
        r"|thang toi|nam sau|lan sau|dinh|muon|du dinh|sap(?! het)|sap toi|ke hoach|hy vong"
        r"|hi vong|can phai|phai|nen|uoc gi|uoc|gia ma|neu|mong|sau nay|dang tinh|dang nghi"
        r"|can nhac|suy nghi|dang can|chuan bi|thu xem|hay|co gang)\b|^mai\b|\bmai (?:toi|minh|em"
        r"|anh|chi|di|mang|dap)\b|\bcan (?:mua|lap|mang|thay)\b",
    ),
    question=Pattern(
        r"\b(?:o dau|dau co|cho nao|di dau|khi nao|bao gio|bao nhieu|bao lau|may (?:diem|gio|ngay"
        r"|lan|tien)|the nao|lam sao|tai sao|vi sao|gi|nao|tro cap|ho tro|tro gia|cach (?:lam|u"
        r"|phan|dung)|huong dan|cho hoi|xin hoi|duoc tinh|co tinh|co duoc|cho biet|giai thich"
        r"|ai)\b|^cach [·¤]",
        r"\b(?:khong|ko|chua|ha|nhi|nhe ban|phai khong)$|\bco phai\b|o dau$",
    ),
    others=Pattern(
        r"\b(?:cam on|kham phuc|nguong mo|bac si|co (?:giao )?day|con (?:trai|gai) khoe)\b",
        r"\bgium (?:anh|em|minh|me|bo)\b",
        rf"^(?:(?:hom nay|hom qua|hom kia|sang nay) )?{_KIN} (?:toi|minh|cua toi|cua minh|em|anh"
        rf"|chi|tui|toi no|cung phong|ay|nha toi)\b",
        r"^(?:(?:hom nay|hom qua) )?(?:nguoi ta|moi nguoi|co nguoi|ai do|anh ay|co ay|ong ay|ba ay"
        r"|ho|no|nhieu nguoi|nguoi khac|cong ty|truong|thanh pho|hang xom|nha ben|dong nghiep)\b",
        r"\b(?:chong|vo|ban|con|me|bo) (?:toi|minh) (?:da|di|lap|mua|mang|nhat|dung)\b",
        r"\b(?:nghe noi|nghe bao|nghe|tivi|tren ti vi|bao noi|doc bao|noi la|bao la|ke la|noi rang"
        r"|tin tuc|thoi su|(?:doc|thay|xem) tren mang|thay nguoi|thay ai|hinh nhu|co ve)\b",
    ),
    unreal=Pattern(
        r"\b(?:trong (?:game|tro choi|phim|truyen|sach|mo|anh|tranh)|mo thay|nam mo|do vui|cau do|bai tap"
        r"|tieng (?:nhat|anh|viet) noi|dich (?:ra|sang)|danh sach mua|lai thu|noi dua|sinh nhat)\b"
    ),
    long_ago=Pattern(
        r"\b(?:may|[0-9]+|vai|nhieu) nam truoc\b|\btruoc (?:kia|day)\b|\bgio (?:bo|thoi|het) roi\b|\btruoc khi co\b|"
        r"\b(?:hoi (?:nho|be|xua|tre|con|sinh vien|di hoc)|ngay xua|luc (?:nho|be)|thoi (?:sinh vien|tre))\b"
    ),
    mishap=Pattern(
        r"\b(?:phien qua|het han|tra lai|bi tra|cang sua|vut luon|qua phien|roi ram)\b",
        r"[·¤] bi\b|[·¤] (?:den|toi) (?:roi|muon|tre)\b|\b(?:nut|thung lop|xit|tuot|dut|dau (?:chan|lung"
        r"|goi))\b|\bbi (?:mat|hong|vo|trom|tre|hu|lay|ket|rach|be|thung|dau)\b|\b(?:lo|mat|rach|lam vo"
        r"|lam roi|danh roi) [·¤]|\b(?:mat trom|den muon"
        r"|tre gio|bi tre|dat qua|ban qua|hoi qua|boc mui|tien loi|met qua|met|dong qua|ket xe|tac duong"
        r"|thich|ghet|chan|so|dep|hu roi|hong roi|vo roi|roi mat|lam mat|tot cho|nguy hiem)\b",
        r"\bmua (?:mot )?(?:cai |chiec |duoc )?·(?: moi)?(?! (?:dia|o|cua|sap|gan))",
    ),
    unlike=Pattern(r" (?:gia bao|buyt nhanh|shop|cua hang)\b"),
    doing=Pattern(rf"{_USED}|[·¤] (?:den|ve|toi)\b"),
    verb_in_name=Pattern(_USED),
    little=2,
    done=Pattern(r"\b(?:da|roi|xong|vua|moi|duoc|het)\b"),
    takes_back=Pattern(r"\b(?:huy|rut lai|nham|bam nham|gui nham|xoa (?:bao cao|cai vua|lan)|hoan tac)\b"),
    days_back={
        **dict.fromkeys(("hom kia", "ngay hom kia"), 2),
        **dict.fromkeys(("hom qua", "toi qua", "dem qua", "chieu qua"), 1),
        **dict.fromkeys(("hom nay", "sang nay", "vua nay", "chieu nay", "toi nay"), 0),
    },
    ago=Pattern("(?P<days>[0-9]{1,2}|hai|ba|bon|nam) ngay truoc"),
    weekdays=(("thu hai", "thu ba", "thu tu", "thu nam", "thu sau", "thu bay", "chu nhat"),),
    commands={
        Intent.REPORT: words("báo cáo|ghi lại|ghi nhận"),
        Intent.EVENTS: words("sự kiện|danh sách sự kiện|hội thảo"),
        Intent.REGISTER: words("đăng ký|ghi danh"),
        Intent.MY_EVENTS: words("sự kiện của tôi|đã đăng ký|lịch của tôi"),
        Intent.POINTS: words("điểm|điểm của tôi|diem so"),
        Intent.RANKING: words("xếp hạng|bảng xếp hạng|thứ hạng"),
        Intent.TOTALS: words("tổng|tổng cộng|tổng số"),
        Intent.HELP: words("trợ giúp|giúp|hướng dẫn|menu|giúp đỡ"),
        Intent.LANGUAGE: words("ngôn ngữ|tiếng Việt|tiếng Nhật|tiếng Anh|đổi ngôn ngữ"),
        Intent.PAUSE: words("tạm dừng|tắt thông báo|tạm ngưng"),
        Intent.LEAVE: words(
            "rời khỏi|thoát|rời đi|không muốn dùng nữa|không dùng nữa|hủy tài khoản|xóa tài khoản|hủy đăng ký"
        ),
        Intent.UNDO: words("hoàn tác|hủy|hủy bỏ|thu hồi"),
        Intent.LINK: words("liên kết|kết nối|liên kết tài khoản"),
        Intent.SETTINGS: words("cài đặt|thiết lập"),
        Intent.CONTACT: words("liên hệ|hỗ trợ|liên lạc"),
    },
    keywords={
        Intent.UNDO: words(
            "(ghi|bấm|gửi|báo) (nhầm|trùng|hai lần|2 lần)",
            "(xóa|bỏ)*(cái vừa|vừa ghi|vừa gửi|cuối cùng|lúc nãy)",
            "hoàn tác|(hủy|xóa|rút)*(báo cáo|vừa|cuối|lần trước|bản ghi|cái này|ghi nhận)|nhầm|thu hồi",
        ),
        Intent.LEAVE: words(
            "(không|chẳng) (dùng|xài)*(nữa|xóa)",
            "(xóa|xoá)*(hết|toàn bộ|của tôi|của em|của mình|tài khoản)",
            "(xóa|hủy|đóng)*(tài khoản|dữ liệu|đăng ký|thông tin)|rời khỏi|không muốn dùng",
            "(dừng|ngừng|hủy) (sử dụng|tham gia|thành viên)|thoát khỏi|(muốn|xin) (thoát|rút|ra khỏi)|muốn dừng lại",
        ),
        Intent.PAUSE: words(
            "(đừng|khỏi|ngưng|ngừng)*(gửi|nhắn|nhắc)*(nữa|tuần|tháng)",
            "(tuần|tháng)*(đừng gửi|không nhắn)",
            "tắt (tiếng|thông báo)",
            "(đừng|ngừng|dừng|tạm|tắt|bớt|không)*(gửi|thông báo|tin nhắn|nhắn|nhắc)|tạm dừng",
            "tạm ngưng|(thông báo|tin nhắn)*(nhiều quá|phiền|tắt)",
        ),
        Intent.LINK: words(
            "(điện thoại mới|đổi máy|máy mới)*(chuyển|điểm|sao|làm sao)",
            "(line|telegram)*(chung|cùng|một tài khoản)",
            "(liên kết|kết nối|nối|gộp)*(tài khoản|line|telegram)|(đổi|thay)*điện thoại|hai tài khoản",
        ),
        Intent.LANGUAGE: words(
            "(tiếng việt|tiếng anh|tiếng nhật|tiếng nhật dễ|tiếng hàn|tiếng trung)*(đi|nhé|giúp|được không|với)",
            "ngôn ngữ|(đổi|chuyển|nói|dùng|bằng|sang|hiển thị)*(tiếng Nhật|tiếng Anh|tiếng Việt"
            "|tiếng Trung|tiếng Hàn)|tiếng Nhật|tiếng Việt|tiếng Anh",
        ),
        Intent.CONTACT: words(
            "(số điện thoại|email|địa chỉ)*(văn phòng|phụ trách|thành phố)",
            "(muốn|cho)*(nói chuyện|gặp)*(người|nhân viên)",
            "liên hệ|liên lạc|nhân viên|số điện thoại|tòa thị chính|ủy ban|nói chuyện với",
            "gặp người|người phụ trách|tư vấn|khiếu nại|góp ý",
        ),
        Intent.MY_EVENTS: words(
            "(không đi được|không tham gia được|bận rồi)*(hủy|nữa|sự kiện|buổi)",
            "(đăng ký|đặt chỗ)*(được chưa|thành công|chưa|mấy giờ|ngày nào|của tôi|của mình|của em)",
            "(vé|mã qr|mã vào cửa)*(đâu|của|xem)",
            "hủy*(đăng ký|chỗ|tham gia)|sự kiện của tôi|(sự kiện|hội thảo|buổi)*(tôi đã đăng ký|đã đăng ký|mình đăng ký"
            "|tôi đăng ký)|tôi đã đăng ký|đã đăng ký|(xem|kiểm tra)*(đăng ký|lịch)|vé của tôi",
        ),
        Intent.REGISTER: words(
            "(còn chỗ|còn nhận|cho em|cho mình|cho tôi)*(không|đăng ký|tham gia|một chỗ|suất)",
            "(em|mình|tôi|chúng tôi)*(muốn|xin)*(tham gia|tham dự|đi cùng)",
            "đăng ký|ghi danh|muốn tham gia|tham gia*(hội thảo|sự kiện|lớp|buổi)|đặt chỗ|muốn tham dự",
        ),
        Intent.RANKING: words(
            "(top|tốp) (10|mười|20|3)",
            "(em|mình|tôi|quận|đội|công ty)*(hạng mấy|thứ mấy|xếp thứ)",
            "xếp hạng|hạng mấy|thứ hạng|đứng thứ|(đứng|tôi|mình|em) thứ mấy|bảng xếp|hạng (bao|của)",
        ),
        Intent.TOTALS: words(
            "(cả thành phố|mọi người|toàn dân)*(giảm|được|bao nhiêu|tổng)",
            "tổng|(bao nhiêu|mấy) người|cả thành phố|toàn thành phố|số người tham gia",
        ),
        Intent.EVENTS: words(
            "(cuối tuần|chủ nhật|thứ bảy|tuần này|tuần sau|hè)*(có gì|có hoạt động|có sự kiện|có buổi)",
            "(dọn rác|trồng cây|tham quan|hội thảo|buổi|lớp)*(mấy giờ|ở đâu|khi nào|bao giờ|miễn phí|mất tiền"
            "|trẻ em|trời mưa|mang gì)",
            "(trời mưa|mưa)*(có hủy|có tổ chức|còn)",
            "sự kiện|hội thảo|lớp học|buổi nói chuyện|hoạt động",
        ),
        Intent.POINTS: words("(được|đi|một lần)*(bao nhiêu|mấy) điểm", "(sao|tại sao)*(ít điểm|điểm)", "điểm|điểm số"),
        Intent.SETTINGS: words(
            "(chữ)*(to|nhỏ|lớn)",
            "(đổi|chỉnh|dời)*(giờ|tên|quận|nhắc)",
            "cài đặt|biệt danh|(đổi|sửa|thay)*tên|chuyển nhà|thiết lập|giờ nhắc",
        ),
        Intent.REPORT: words("(muốn|cần)*báo cáo|báo cáo hành động|ghi lại hành động"),
        Intent.HELP: words(
            "(làm sao|làm thế nào|cách|ở đâu)*(ghi|báo|bắt đầu|nhập|dùng)",
            "(mới|lần đầu)*(dùng|vào)",
            "menu",
            "trợ giúp|giúp (tôi|mình|đỡ|với)|hướng dẫn|(cách|làm sao|dùng)*(sử dụng|dùng|thế nào)",
            "không hiểu|làm được gì|có thể làm gì|bot này|đây là gì|làm gì được",
        ),
    },
)
